/** Repeatable random numbers (mulberry32). Streams are named, so that a step that is left out changes few others. */
export class Random {
  private readonly streams = new Map<string, Random>();
  private state: number;

  constructor(private readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** The stream of this name. The same seed and name give the same numbers. */
  of(name: string): Random {
    const known = this.streams.get(name);
    if (known) return known;
    let mixed = this.seed >>> 0;
    for (let at = 0; at < name.length; at += 1)
      mixed = Math.imul(mixed ^ name.charCodeAt(at), 0x5bd1e995) ^ (mixed >>> 13);
    const stream = new Random(mixed);
    this.streams.set(name, stream);
    return stream;
  }

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, at least 0, below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  /** One of the values, with a probability in proportion to its weight. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T {
    let at = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      at -= weight;
      if (at < 0) return value;
    }
    throw new Error("Nothing to choose from");
  }

  /** A UUID. */
  uuid(): string {
    const hex = Array.from({ length: 4 }, () =>
      Math.floor(this.next() * 4_294_967_296)
        .toString(16)
        .padStart(8, "0"),
    ).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
