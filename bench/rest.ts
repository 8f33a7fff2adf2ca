import { Agent } from "node:http";
import { type Child, startFloor, startServer } from "./child.js";
import { type Call, median, requestsPerSecond, send } from "./load.js";

const echo = "00000000-0000-4000-8000-000000000001";
const sessions = "/api/messaging/sessions";
const newSession = JSON.stringify({ agentId: echo, userId: crypto.randomUUID() });
const rounds = 5;

interface Row {
  readonly name: string;
  readonly prepare?: (server: Child) => Promise<string[]>;
  readonly call: (ids: readonly string[], index: number) => Call;
}

const createMany = (count: number) => async (server: Child) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const make = async () => {
    const text = await send(server.url, agent, { method: "POST", path: sessions, body: newSession });
    return (JSON.parse(text) as { sessionId: string }).sessionId;
  };
  const ids = await Promise.all(Array.from({ length: count }, make));
  agent.destroy();
  return ids;
};

const withMessages = async (server: Child) => {
  const ids = await createMany(1)(server);
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  const message = {
    method: "POST",
    path: `${sessions}/${ids[0]}/messages`,
    body: '{"content":"hello there"}',
  };
  for (let i = 0; i < 30; i++) await send(server.url, agent, message);
  agent.destroy();
  return ids;
};

const one = (ids: readonly string[], index: number) => `${sessions}/${ids[index % ids.length]}`;

const rows: readonly Row[] = [
  { name: "createSession", call: () => ({ method: "POST", path: sessions, body: newSession }) },
  { name: "getSession", prepare: createMany(100), call: (ids, i) => ({ method: "GET", path: one(ids, i) }) },
  {
    name: "sessionHeartbeat",
    prepare: createMany(100),
    call: (ids, i) => ({ method: "POST", path: `${one(ids, i)}/heartbeat` }),
  },
  {
    name: "getSessionMessages (50)",
    prepare: withMessages,
    call: (ids, i) => ({ method: "GET", path: `${one(ids, i)}/messages` }),
  },
  {
    name: "sendSessionMessage (websocket)",
    prepare: createMany(100),
    call: (ids, i) => ({ method: "POST", path: `${one(ids, i)}/messages`, body: '{"content":"hello"}' }),
  },
  {
    name: "sendSessionMessage (http, echo)",
    prepare: createMany(100),
    call: (ids, i) => ({
      method: "POST",
      path: `${one(ids, i)}/messages`,
      body: '{"content":"hello","transport":"http"}',
    }),
  },
  {
    name: "endSession",
    prepare: createMany(2_000),
    call: (ids, i) => ({ method: "DELETE", path: one(ids, i) }),
  },
];

/** Measures each operation and the floor alternately, so that a drift of the machine affects both. */
export const benchRest = async (): Promise<string[]> => {
  await using server = await startServer();
  await using floor = await startFloor("http-floor");
  const lines = ["| operation | requests a second | floor | ratio |", "|---|---|---|---|"];
  for (const { name, prepare, call } of rows) {
    const rates: number[] = [];
    const floors: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const ids = (await prepare?.(server)) ?? [];
      const floorCall = call(ids.length > 0 ? ids : ["none"], 0);
      const floorBody = floorCall.body ? newSession : undefined;
      floors.push(
        await requestsPerSecond(floor.url, () => ({
          ...floorCall,
          ...(floorBody ? { body: floorBody } : {}),
        })),
      );
      rates.push(await requestsPerSecond(server.url, (index) => call(ids, index)));
    }
    const ratio = median(rates.map((rate, i) => rate / (floors[i] ?? 1)));
    lines.push(
      `| ${name} | ${median(rates).toFixed(0)} | ${median(floors).toFixed(0)} | ${ratio.toFixed(2)} |`,
    );
  }
  return lines;
};
