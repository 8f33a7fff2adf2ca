import { type Call, openHttpLoad } from "../load/http-load.js";
import {
  connections,
  createSessions,
  endCall,
  getCall,
  heartbeatCall,
  measureCalls,
  pageCall,
  sendCall,
} from "../load/session-calls.js";
import { type Running, startFloor, startServer } from "../processes.js";
import { type Effort, inTurn, type Row } from "../row.js";

interface Verb {
  readonly name: string;
  readonly title: string;
  readonly goal: number;
  readonly call: (sessionId: string) => Call;
  /** The sessions that are made anew for each round; an end needs one for each call. */
  readonly sessions: number;
  readonly total: number;
  /** Messages that each session has before it is measured. */
  readonly messages?: number;
}

const verbs: readonly Verb[] = [
  { name: "end", title: "end", goal: 0.7, call: endCall, sessions: 8_000, total: 8_000 },
  { name: "send", title: "send, reply stored", goal: 0.8, call: sendCall, sessions: 200, total: 6_000 },
  { name: "get", title: "get", goal: 0.7, call: getCall, sessions: 200, total: 20_000 },
  { name: "heartbeat", title: "heartbeat", goal: 0.7, call: heartbeatCall, sessions: 200, total: 12_000 },
  { name: "page", title: "page of 50", goal: 0.7, call: pageCall, sessions: 20, total: 6_000, messages: 60 },
];

const measureVerb = async (verb: Verb, effort: Effort) => {
  await using load = await openHttpLoad();
  await using server = await startServer();
  await using floor = await startFloor("http-sqlite");
  const total = Math.round(verb.total * effort.scale);
  const one = async (running: Running) => {
    const ids = await createSessions(load, running, Math.min(verb.sessions, total));
    if (verb.messages) {
      const calls = ids.map(sendCall);
      await load.run({ port: running.port, connections, calls, total: (calls.length * verb.messages) / 2 });
    }
    return measureCalls(load, running, ids.map(verb.call), total);
  };
  // The first calls find neither code compiled nor pages cached.
  for (const running of [server, floor]) await one(running);
  return await inTurn(
    effort,
    () => one(floor),
    () => one(server),
  );
};

export const restOnSqlite: readonly Row[] = verbs.map((verb) => ({
  name: `rest-${verb.name}`,
  title: "REST on SQLite",
  measure: async (effort) => [
    {
      name: `REST ${verb.title}`,
      floor: "bare node:http and SQLite, synchronous=FULL, one transaction a turn",
      unit: "a second",
      goal: { of: "ratio", atLeast: verb.goal },
      rounds: await measureVerb(verb, effort),
    },
  ],
}));
