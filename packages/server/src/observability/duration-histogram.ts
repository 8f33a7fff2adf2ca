import { Histogram, type Registry } from "prom-client";

interface DurationOptions {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

interface Row {
  /** One for each bucket, and one for what is above all of them. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram with one label, or none. It counts into an array, and is written out as prom-client writes its own, which hash the
 * names and values of their labels at every observation.
 */
export class DurationHistogram extends Histogram {
  private readonly rows = new Map<string, Row>();
  private readonly options: DurationOptions;

  constructor(options: DurationOptions) {
    const { name, help, label, buckets, registry } = options;
    super({ name, help, labelNames: label ? [label] : [], buckets: [...buckets], registers: [registry] });
    this.options = options;
  }

  /** Finds the row of a label's value, once for many observations. Without a label there is one row. */
  timer(value = ""): (seconds: number) => void {
    const { buckets, label } = this.options;
    const row = this.rows.get(value) ?? { counts: new Array(buckets.length + 1).fill(0), sum: 0 };
    const show = (): void => {
      if (!this.rows.has(value)) this.rows.set(value, row);
    };
    // Like those of prom-client, a row with a label shows from its first observation on.
    if (label === undefined) show();
    return (seconds) => {
      show();
      let at = 0;
      while (at < buckets.length && seconds > (buckets[at] ?? 0)) at += 1;
      row.counts[at] = (row.counts[at] ?? 0) + 1;
      row.sum += seconds;
    };
  }

  /** What both the registry and `get` read. Its type declarations leave it out. */
  async getForPromString() {
    const { name, help } = this.options;
    const values = [...this.rows].flatMap(([value, row]) => this.valuesOf(value, row));
    return { name, help, type: "histogram", aggregator: "sum", values };
  }

  private valuesOf(value: string, { counts, sum }: Row) {
    const { name, label, buckets } = this.options;
    const sharedLabels = label ? { [label]: value } : {};
    let count = 0;
    const upTo = [...buckets, "+Inf"].map((le, at) => {
      count += counts[at] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: count };
    });
    return [
      ...upTo,
      { metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum },
      { metricName: `${name}_count`, labels: {}, sharedLabels, value: count },
    ];
  }
}
