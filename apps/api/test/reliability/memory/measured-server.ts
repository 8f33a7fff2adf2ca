import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { readSettings } from "@adjourn/api";
import { startServer } from "@adjourn/server";
import type { Measure } from "./measured-process.js";

/** The server as a process that reports to its parent what it holds. Its settings come from the environment. */
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const server = await startServer(readSettings());

const measure = (): Measure => {
  // Before the collection, which holds the loop up by itself.
  const slowestTurnMs = delay.max / 1e6;
  const p99TurnMs = delay.percentile(99) / 1e6;
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const count = (type: string) => resources.filter((resource) => resource === type).length;
  setImmediate(() => delay.reset());
  return {
    heapBytes: heapUsed,
    rssBytes: rss,
    sockets: count("TCPSocketWrap"),
    timers: count("Timeout"),
    resources: resources.length,
    slowestTurnMs,
    p99TurnMs,
  };
};

process.on("message", () => process.send?.(measure()));
process.on("disconnect", () => process.exit());
process.send?.(server.url);
