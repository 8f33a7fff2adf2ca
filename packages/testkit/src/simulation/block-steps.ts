import { Random } from "./random.js";

/** A step of a schedule, of the kinds that are inserted here. */
interface BlockStep {
  readonly after: number;
  readonly do: "block" | "unblock" | "create" | "createAgain";
  readonly node: number;
  readonly session: number;
  readonly pick: number;
}

/** Every fifth schedule has blocks. The others keep the length that they have without them. */
const hasBlocks = (seed: number): boolean => [6, 9].includes(seed % 10);

/** Inserts blocks, each close to creates of the same user and often followed by the removal of the block. */
export const withBlocks = <Step>(
  seed: number,
  nodes: number,
  steps: readonly Step[],
): readonly (Step | BlockStep)[] => {
  if (!hasBlocks(seed)) return steps;
  const random = new Random(seed).of("blocks");
  return steps.flatMap((step, at) =>
    at > 0 && random.chance(0.15) ? [step, ...around(random, nodes)] : [step],
  );
};

const around = (random: Random, nodes: number): BlockStep[] => {
  const user = random.below(2);
  const step = (kind: BlockStep["do"], longestPause: number): BlockStep => ({
    do: kind,
    after: random.below(longestPause),
    node: random.below(nodes),
    session: random.below(3),
    // Its parity chooses the user.
    pick: random.below(500) * 2 + user,
  });
  const creates = (longestPause: number): BlockStep[] =>
    Array.from({ length: random.below(3) }, () =>
      step(random.chance(0.3) ? "createAgain" : "create", longestPause),
    );
  const removal = random.chance(0.6) ? [step("unblock", 60), ...creates(20)] : [];
  return [...creates(12), step("block", 12), ...creates(12), ...creates(60), ...removal];
};
