import { withBlocks } from "./block-steps.js";
import { Random } from "./random.js";

/** The faults of the simulated ports, as probabilities unless stated otherwise. */
export interface Faults {
  /** The most ms that are added to each direction of a call of the store. */
  readonly storeLagMs: number;
  readonly storeSlow: number;
  readonly storeFails: number;
  readonly storeLoses: number;
  readonly busLoses: number;
  readonly busRepeats: number;
  readonly busSlow: number;
}

const steps = {
  create: 4,
  createAgain: 3,
  retryCreate: 1,
  send: 22,
  retrySend: 4,
  cancel: 5,
  listen: 12,
  leave: 4,
  resume: 8,
  renew: 4,
  heartbeat: 3,
  patch: 4,
  read: 2,
  end: 9,
  retryEnd: 3,
  endMany: 2,
  crash: 3,
  shutDown: 1,
  start: 3,
  cut: 3,
  heal: 3,
  outage: 1,
  setClock: 2,
  passTime: 6,
} as const;

export type StepKind = keyof typeof steps | "block" | "unblock";

/** Something that happens `after` ms. `node`, `session` and `pick` choose among what exists then. */
export interface Step {
  readonly after: number;
  readonly do: StepKind;
  readonly node: number;
  readonly session: number;
  readonly pick: number;
}

/** A run that can be printed and replayed. */
export interface Schedule {
  readonly seed: number;
  /** 1: a single process with its own database, where no answer and no bus message is lost. */
  readonly nodes: number;
  readonly faults: Faults;
  readonly steps: readonly Step[];
}

export const noFaults: Faults = {
  storeLagMs: 0,
  storeSlow: 0,
  storeFails: 0,
  storeLoses: 0,
  busLoses: 0,
  busRepeats: 0,
  busSlow: 0,
};

export interface ScheduleSize {
  /** Pairs of weight and number of nodes. */
  readonly nodes: readonly (readonly [number, number])[];
  readonly steps: readonly [number, number];
}

const usualSize: ScheduleSize = {
  nodes: [
    [3, 1],
    [5, 2],
    [3, 3],
  ],
  steps: [8, 45],
};

/** For manual runs: more nodes and more steps. */
export const largeSize: ScheduleSize = {
  nodes: [
    [1, 1],
    [2, 2],
    [2, 4],
    [1, 6],
  ],
  steps: [60, 160],
};

const kinds = Object.keys(steps) as (keyof typeof steps)[];

/** Draws a schedule: mostly steps close together, on few sessions, so that they interfere. */
export const drawSchedule = (seed: number, size: ScheduleSize = usualSize): Schedule => {
  const random = new Random(seed).of("schedule");
  const nodes = random.weighted(size.nodes);
  // Each schedule leaves some kinds of steps out and prefers others, so that the others interfere more often.
  const weights = kinds.map((kind) => {
    const preference = random.weighted([
      [2, 0],
      [4, 1],
      [2, 4],
    ]);
    return [
      steps[kind] * (kind === "send" || kind === "end" ? Math.max(preference, 0.5) : preference),
      kind,
    ] as const;
  });
  const drawn: Step[] = [];
  const length = random.between(...size.steps);
  while (drawn.length < length) {
    const kind = nextKind(drawn.at(-1)?.do, random, weights);
    const after = random.weighted([
      [4, 0],
      [8, random.between(1, 12)],
      [3, random.between(10, 120)],
      [1, random.between(100, 2_500)],
    ]);
    const step = {
      do: kind,
      node: random.below(nodes),
      session: random.weighted(newestFirst),
      pick: random.below(1_000),
    };
    drawn.push({ after: drawn.length === 1 ? 20 : after, ...step });
  }
  return { seed, nodes, faults: drawFaults(random, nodes), steps: withBlocks(seed, nodes, drawn) };
};

/** Pairs of weight and position, counted from the newest session. */
const newestFirst = [
  [7, 0],
  [2, 1],
  [1, 2],
] as const;

/** An end often follows a step that starts something, and a create often follows an end. */
const nextKind = (
  last: StepKind | undefined,
  random: Random,
  weights: readonly (readonly [number, StepKind])[],
): StepKind => {
  if (last === undefined) return "create";
  if (["listen", "resume", "send", "renew"].includes(last) && random.chance(0.12)) return "end";
  if (["listen", "resume"].includes(last) && random.chance(0.25))
    return random.weighted([
      [1, "renew"],
      [1, "patch"],
      [3, "send"],
    ]);
  if (["end", "endMany", "passTime"].includes(last) && random.chance(0.3)) return "create";
  return random.weighted(weights);
};

const drawFaults = (random: Random, nodes: number): Faults => {
  const rate = (most: number): number => (random.chance(0.5) ? 0 : random.next() * most);
  const storeIsWell = random.chance(0.5);
  const storeFails = storeIsWell ? 0 : rate(0.06);
  const storeLagMs = random.weighted([
    [2, 0],
    [1, 40],
  ]);
  if (nodes === 1) return { ...noFaults, storeLagMs, storeFails };
  return {
    storeLagMs,
    storeSlow: storeIsWell ? 0 : rate(0.06),
    storeFails,
    storeLoses: storeIsWell ? 0 : rate(0.06),
    busLoses: rate(0.4),
    busRepeats: rate(0.3),
    busSlow: rate(0.3),
  };
};
