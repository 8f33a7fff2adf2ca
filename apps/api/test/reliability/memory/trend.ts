import type { Soak } from "./soak.js";

const megabyte = 1_048_576;

/** How much more the last third of a soak may hold than the third before it, each at its lowest. */
const mayGrow = { heapShare: 0.05, heapBytes: 2 * megabyte, rssShare: 0.2, rssBytes: 32 * megabyte } as const;

/** What is not flat, a line each; the first third warms up and does not count. */
export const findTrends = ({ samples, idle, rest }: Soak): readonly string[] => {
  const third = Math.floor(samples.length / 3);
  const found: string[] = [];
  const compare = (
    name: string,
    read: (sample: Soak["samples"][number]) => number,
    allowed: (from: number) => number,
  ) => {
    // What is still on its way out when a sample is taken only adds to it: the lowest shows what stays.
    const from = Math.min(...samples.slice(third, -third).map(read));
    const to = Math.min(...samples.slice(-third).map(read));
    if (to - from > allowed(from)) found.push(`${name} grew from ${inMegabytes(from)} to ${inMegabytes(to)}`);
  };
  compare(
    "the heap",
    ({ heapBytes }) => heapBytes,
    (from) => from * mayGrow.heapShare + mayGrow.heapBytes,
  );
  compare(
    "the process",
    ({ rssBytes }) => rssBytes,
    (from) => from * mayGrow.rssShare + mayGrow.rssBytes,
  );
  if (!rest) return found;
  if (rest.sockets > idle.sockets) found.push(`${rest.sockets} sockets are left`);
  if (rest.timers > idle.timers) found.push(`${rest.timers} timers are left of ${idle.timers} at the start`);
  if (rest.resources > idle.resources) found.push(`${rest.resources} handles are left of ${idle.resources}`);
  return found;
};

export const inMegabytes = (bytes: number): string => `${(bytes / megabyte).toFixed(1)} MB`;
