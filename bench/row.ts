import type { Figure, Round } from "./figure.js";

export interface Effort {
  /** At least five, except for the short version. */
  readonly rounds: number;
  /** 1, or less for the short version: the share of the usual number of calls and connections. */
  readonly scale: number;
}

/** Measures that share their processes. `npm run bench -- NAME` runs it alone. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly measure: (effort: Effort) => Promise<readonly Figure[]>;
}

/** One measurement of one side. `cpu` is the server's processor time for one operation, in microseconds. */
export interface Sample {
  readonly value: number;
  readonly cpu?: number;
}

type Measure = (round: number) => Promise<Sample>;

/** Runs the rounds one after the other, the floor and ours in turn. */
export const inTurn = async ({ rounds }: Effort, floor: Measure, ours: Measure): Promise<Round[]> => {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    // Every second round begins with ours: what runs first pays for a cold machine.
    const first = round % 2 === 0 ? await floor(round) : await ours(round);
    const second = round % 2 === 0 ? await ours(round) : await floor(round);
    measured.push(round % 2 === 0 ? pair(second, first) : pair(first, second));
  }
  return measured;
};

export const pair = (ours: Sample, floor: Sample): Round => ({
  ours: ours.value,
  floor: floor.value,
  ...(ours.cpu === undefined ? {} : { oursCpu: ours.cpu }),
  ...(floor.cpu === undefined ? {} : { floorCpu: floor.cpu }),
});
