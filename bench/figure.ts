/** One measure against its floor. */
export interface Figure {
  /** Unique; the key of its bound in the short version. */
  readonly name: string;
  readonly floor: string;
  readonly unit: string;
  readonly goal: Goal;
  readonly rounds: readonly Round[];
}

/** `ratio`: ours by the floor's. `value`: ours alone. */
export interface Goal {
  readonly of: "ratio" | "value";
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Round {
  readonly ours: number;
  readonly floor: number;
  /** Processor time of the server for one operation, in microseconds. Noise disturbs it less than elapsed time. */
  readonly oursCpu?: number;
  readonly floorCpu?: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** The median of the rounds' own ratios, so that a drift of the machine affects both sides of each. */
export const ratioOf = ({ rounds }: Figure): number => median(rounds.map(({ ours, floor }) => ours / floor));

export const oursOf = ({ rounds }: Figure): number => median(rounds.map(({ ours }) => ours));

export const floorOf = ({ rounds }: Figure): number => median(rounds.map(({ floor }) => floor));

/** Ours by the floor's; NaN where it was not measured. */
export const cpuRatioOf = ({ rounds }: Figure): number =>
  median(rounds.map(({ oursCpu = Number.NaN, floorCpu = Number.NaN }) => oursCpu / floorCpu));

export const oursCpuOf = ({ rounds }: Figure): number =>
  median(rounds.map(({ oursCpu = Number.NaN }) => oursCpu));

export const judgedOf = (figure: Figure): number =>
  figure.goal.of === "ratio" ? ratioOf(figure) : oursOf(figure);

export const isMet = (figure: Figure): boolean => {
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = figure.goal;
  const judged = judgedOf(figure);
  return judged >= atLeast && judged <= atMost;
};
