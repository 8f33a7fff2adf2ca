interface Box<Value> {
  value: Value | null;
}

/**
 * A map for values that come and go thousands of times a second. V8 retains part of what is deleted from a long-lived `Map`
 * until its next full collection (bench/README.md); here that is a box, and the value is free at once.
 */
export class ReleasingMap<Key, Value extends object> {
  private readonly boxes = new Map<Key, Box<Value>>();

  get size(): number {
    return this.boxes.size;
  }

  get(key: Key): Value | undefined {
    return this.boxes.get(key)?.value ?? undefined;
  }

  set(key: Key, value: Value): void {
    this.boxes.set(key, { value });
  }

  delete(key: Key): void {
    const box = this.boxes.get(key);
    if (!box) return;
    box.value = null;
    this.boxes.delete(key);
  }

  keys(): IterableIterator<Key> {
    return this.boxes.keys();
  }

  *values(): Generator<Value> {
    for (const { value } of this.boxes.values()) if (value) yield value;
  }
}
