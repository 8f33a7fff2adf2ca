import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Loaded into a server with `--import`: answers the message `memory` with its memory after garbage collection. */
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");
process.on("message", (asked) => {
  if (asked !== "memory") return;
  gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ rss, heap: heapUsed + external });
});
// The listener would keep the process alive.
process.channel?.unref();
