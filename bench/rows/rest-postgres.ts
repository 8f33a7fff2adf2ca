import { openHttpLoad } from "../load/http-load.js";
import { createSessions, endCall, measureCalls, sendCall } from "../load/session-calls.js";
import { temporaryDatabase } from "../load/temporary-database.js";
import { type Running, startFloor, startServer } from "../processes.js";
import { type Effort, inTurn, type Row } from "../row.js";

const verbs = [
  { name: "end", title: "ends", call: endCall, sessions: 6_000, total: 6_000 },
  { name: "send", title: "sends, replies stored", call: sendCall, sessions: 200, total: 4_000 },
] as const;

const measureVerb = async (verb: (typeof verbs)[number], effort: Effort) => {
  await using database = await temporaryDatabase();
  await using load = await openHttpLoad();
  await using server = await startServer({ DATABASE_URL: database.url });
  await using floor = await startFloor("http-postgres", { serviceUrl: database.url });
  const total = Math.round(verb.total * effort.scale);
  const one = async (running: Running) => {
    const ids = await createSessions(load, running, Math.min(verb.sessions, total));
    return measureCalls(load, running, ids.map(verb.call), total);
  };
  for (const running of [server, floor]) await one(running);
  return await inTurn(
    effort,
    () => one(floor),
    () => one(server),
  );
};

export const restOnPostgres: readonly Row[] = verbs.map((verb) => ({
  name: `postgres-${verb.name}`,
  title: "REST on Postgres",
  measure: async (effort) => [
    {
      name: `Postgres ${verb.title}`,
      floor: "one conditional statement through a bare client behind node:http",
      unit: "a second",
      goal: { of: "ratio", atLeast: 0.7 },
      rounds: await measureVerb(verb, effort),
    },
  ],
}));
