import { monitorEventLoopDelay } from "node:perf_hooks";

/** Loaded into a server with `--import`: answers the message `stall` with the longest turn of the event loop since the last. */
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
process.on("message", (asked) => {
  if (asked !== "stall") return;
  process.send?.(delays.max / 1e6);
  delays.reset();
});
// The listener would keep the process alive.
process.channel?.unref();
