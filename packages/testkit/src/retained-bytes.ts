import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options?: { readonly type: "minor" | "major" }) => void;

/**
 * How many bytes `churn` leaves on the heap after a collection of the young generation, although nothing refers to them. A
 * full collection comes first, so that what `churn` works on is old, as in a server that has run for a while.
 */
export const retainedBytes = (churn: () => void): number => {
  setFlagsFromString("--expose-gc");
  // The flag defines it.
  const collect = runInNewContext("gc") as Collect;
  collect();
  collect();
  const before = process.memoryUsage().heapUsed;
  churn();
  // An object that is reachable moves to the old generation with the second one.
  collect({ type: "minor" });
  collect({ type: "minor" });
  return process.memoryUsage().heapUsed - before;
};
