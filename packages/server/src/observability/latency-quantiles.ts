/** Each bucket is a tenth wider than the one before; the first ends at 0.1 ms, and the last holds all above 100 s. */
const firstMs = 0.1;
const growth = 1.1;
const buckets = 146;

/** Estimates quantiles of durations from counts, within 5 %, in constant memory. */
export class LatencyQuantiles {
  private readonly counts = new Array<number>(buckets).fill(0);
  private total = 0;

  get count(): number {
    return this.total;
  }

  observe(ms: number): void {
    const bucket = ms <= firstMs ? 0 : Math.ceil(Math.log(ms / firstMs) / Math.log(growth));
    const at = Math.min(buckets - 1, bucket);
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.total += 1;
  }

  /** The middle of the bucket that holds the quantile, in ms with one decimal; 0 without observations. */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(this.total * share));
    for (const [at, count] of this.counts.entries()) {
      left -= count;
      if (left <= 0) return Math.round(firstMs * growth ** (at - 0.5) * 10) / 10;
    }
    return 0;
  }
}
