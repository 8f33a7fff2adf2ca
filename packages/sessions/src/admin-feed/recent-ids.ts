/** A bounded set of the ids that were added last: at least the last `size`, at most twice as many. */
export class RecentIds {
  private ids = new Set<string>();
  private older: ReadonlySet<string> = new Set();

  constructor(private readonly size: number) {}

  has(id: string): boolean {
    return this.ids.has(id) || this.older.has(id);
  }

  /** @returns false if the id is in the set already */
  add(id: string): boolean {
    if (this.has(id)) return false;
    // Not one by one: to find the first of a set, V8 passes over all that were deleted before it.
    if (this.ids.size >= this.size) {
      this.older = this.ids;
      this.ids = new Set();
    }
    this.ids.add(id);
    return true;
  }
}
