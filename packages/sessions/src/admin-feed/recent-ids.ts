/** A bounded set of the ids that were added last. */
export class RecentIds {
  private readonly ids = new Set<string>();

  constructor(private readonly maxSize: number) {}

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** @returns false if the id is in the set already */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    const [oldest] = this.ids;
    if (this.ids.size > this.maxSize && oldest !== undefined) this.ids.delete(oldest);
    return true;
  }
}
