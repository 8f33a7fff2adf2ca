import { type Call, openHttpLoad } from "../load/http-load.js";
import { createSessions, measureCalls } from "../load/session-calls.js";
import { type Running, startFloor, startServer } from "../processes.js";
import { type Effort, inTurn, type Row } from "../row.js";

const getCall = (sessionId: string): Call => ({
  method: "GET",
  path: `/trpc/getSession?input=${encodeURIComponent(JSON.stringify({ sessionId }))}`,
});
const endCall = (sessionId: string): Call => ({
  method: "POST",
  path: "/trpc/endSession",
  body: JSON.stringify({ sessionId }),
});

const verbs = [
  { name: "get", call: getCall, sessions: 200, total: 12_000 },
  { name: "end", call: endCall, sessions: 6_000, total: 6_000 },
] as const;

const measureVerb = async ({ call, ...verb }: (typeof verbs)[number], effort: Effort) => {
  await using load = await openHttpLoad();
  await using server = await startServer();
  await using floor = await startFloor("trpc");
  const total = Math.round(verb.total * effort.scale);
  const one = async (running: Running) => {
    // The floor accepts any id.
    const ids = await createSessions(load, server, Math.min(verb.sessions, total));
    return measureCalls(load, running, ids.map(call), total);
  };
  for (const running of [server, floor]) await one(running);
  return await inTurn(
    effort,
    () => one(floor),
    () => one(server),
  );
};

export const trpcOverHttp: readonly Row[] = verbs.map((verb) => ({
  name: `trpc-${verb.name}`,
  title: "tRPC over HTTP",
  measure: async (effort) => [
    {
      name: `tRPC over HTTP ${verb.name}`,
      floor: "tRPC's standalone handler with an empty procedure",
      unit: "a second",
      goal: { of: "ratio", atLeast: 3 },
      rounds: await measureVerb(verb, effort),
    },
  ],
}));
