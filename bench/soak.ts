import { soak } from "../apps/api/test/reliability/memory/soak.js";
import { findTrends, inMegabytes } from "../apps/api/test/reliability/memory/trend.js";
import { numberUpTo, readArguments } from "../scripts/read-arguments.mjs";

/** Mixed load for a given time: `npm run soak -- --minutes 60`. Fails if memory, sockets or timers keep growing. */
const { options } = readArguments({ options: { minutes: numberUpTo(100_000) } });
const { minutes = 60 } = options;
const rounds = Math.max(12, Math.min(60, Math.round(minutes * 2)));
const columns = ["s", "sessions", "heap", "rss", "sockets", "timers", "p99 turn", "slowest turn"];
const row = (cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(13)).join("");
console.log(row(columns));
const result = await soak({
  rounds,
  roundSeconds: (minutes * 60) / rounds,
  untilRest: true,
  onSample: ({ atSeconds, sessions, heapBytes, rssBytes, sockets, timers, p99TurnMs, slowestTurnMs }) => {
    const turns = [p99TurnMs, slowestTurnMs].map((ms) => `${ms.toFixed(1)} ms`);
    const bytes = [heapBytes, rssBytes].map(inMegabytes);
    console.log(row([atSeconds, sessions, ...bytes, sockets, timers, ...turns]));
  },
});
const { idle, rest } = result;
for (const [name, at] of [
  ["idle", idle],
  ["rest", rest],
] as const)
  if (at)
    console.log(row([name, "", inMegabytes(at.heapBytes), inMegabytes(at.rssBytes), at.sockets, at.timers]));
const trends = findTrends(result);
console.log(trends.length === 0 ? "flat" : trends.join("\n"));
process.exit(trends.length === 0 ? 0 : 1);
