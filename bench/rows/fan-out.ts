import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Figure, median } from "../figure.js";
import { openHttpLoad } from "../load/http-load.js";
import { cpuOf } from "../load/process-usage.js";
import { createSessions, sessionsPath, typewriter } from "../load/session-calls.js";
import { type AwaitAll, openSocketLoad } from "../load/socket-load.js";
import { type Running, startFloor, startServer } from "../processes.js";
import { type Effort, pair, type Row, type Sample } from "../row.js";

interface Wire {
  readonly name: string;
  readonly path: (sessionId: string) => string;
  readonly opening?: (sessionId: string) => readonly string[];
}

const plain: Wire = { name: "plain WebSocket", path: (id) => `${sessionsPath}/${id}/events` };
const trpc: Wire = {
  name: "tRPC WebSocket",
  path: () => "/trpc?connectionParams=1",
  opening: (sessionId) => [
    JSON.stringify({ method: "connectionParams", data: { sessionId } }),
    JSON.stringify({
      id: 1,
      jsonrpc: "2.0",
      method: "subscription",
      params: { path: "sessionEvents", input: { sessionId } },
    }),
  ],
};

interface Measured {
  readonly message: Sample;
  readonly end: Sample;
  /** Resident, and on the heap and outside it, each in KB a subscriber. */
  readonly resident: Sample;
  readonly heap: Sample;
}

const memoryPreload = fileURLToPath(new URL("../load/memory-preload.mjs", import.meta.url));

const memoryAfterGc = async ({ process: child }: Running): Promise<{ rss: number; heap: number }> => {
  const answered = once(child, "message");
  child.send("memory");
  const [memory] = (await answered) as [{ rss: number; heap: number }];
  return memory;
};

/** How one side opens its subscribers, and the calls that write to them. */
interface Side {
  readonly running: Running;
  readonly path: string;
  readonly opening?: readonly string[];
  readonly started?: string;
  readonly message: (index: number) => AwaitAll;
  readonly end: AwaitAll;
}

const warmUps = 5;
const messages = 5;

/** All subscribers are opened anew, in a new process: memory that earlier ones have freed would hide what they take. */
const measureSide = async (side: Side, count: number): Promise<Measured> => {
  const { running, path, message, end, ...opening } = side;
  await using sockets = await openSocketLoad();
  const empty = await memoryAfterGc(running);
  await sockets.open({ port: running.port, paths: Array.from({ length: count }, () => path), ...opening });
  const full = await memoryAfterGc(running);
  const timed = async (call: AwaitAll): Promise<{ value: number; cpu: number }> => {
    const before = await cpuOf(running.pid);
    const value = await sockets.awaitAll(call);
    return { value, cpu: ((await cpuOf(running.pid)) - before) / count };
  };
  for (let index = 0; index < warmUps; index++) await timed(message(index));
  const times = [];
  for (let index = 0; index < messages; index++) times.push(await timed(message(warmUps + index)));
  return {
    message: { value: median(times.map(({ value }) => value)), cpu: median(times.map(({ cpu }) => cpu)) },
    end: await timed(end),
    resident: { value: (full.rss - empty.rss) / 1_024 / count },
    heap: { value: (full.heap - empty.heap) / 1_024 / count },
  };
};

const measureOurs = async ({ path, opening }: Wire, count: number): Promise<Measured> => {
  await using server = await startServer({}, ["--import", memoryPreload]);
  await using load = await openHttpLoad();
  // A message would renew the session, which is a second event for everybody.
  const timeoutConfig = { autoRenew: false };
  const [id = ""] = await createSessions(load, server, 1, { agentId: typewriter, timeoutConfig });
  const side: Side = {
    running: server,
    path: path(id),
    opening: opening?.(id) ?? [],
    started: "session.started",
    // The agent waits before its first word, so nothing follows the message.
    message: (index) => ({
      method: "POST",
      path: `${sessionsPath}/${id}/messages`,
      body: JSON.stringify({ content: `message ${index} to all`, metadata: { delayMs: 60_000 } }),
      text: `message ${index} to all`,
    }),
    end: { method: "DELETE", path: `${sessionsPath}/${id}`, text: null },
  };
  return await measureSide(side, count);
};

const measureFloor = async (count: number): Promise<Measured> => {
  await using floor = await startFloor("web-socket", { nodeArguments: ["--import", memoryPreload] });
  const side: Side = {
    running: floor,
    path: "/",
    message: () => ({ method: "POST", path: "/message", text: "message to all" }),
    end: { method: "POST", path: "/end", text: null },
  };
  return await measureSide(side, count);
};

const goals = [
  { of: "message", name: "message to the last", unit: "ms", goal: { of: "ratio", atMost: 1 } },
  { of: "end", name: "end to the last close", unit: "ms", goal: { of: "ratio", atMost: 1.1 } },
  { of: "resident", name: "resident memory of each", unit: "KB", goal: { of: "value", atMost: 9 } },
  { of: "heap", name: "heap of each after GC", unit: "KB", goal: { of: "value", atMost: 9 } },
] as const;

const measure = async ({ rounds, scale }: Effort, wanted: number): Promise<Figure[]> => {
  const count = Math.round(wanted * scale);
  const measured: { floor: Measured; ours: ReadonlyMap<Wire, Measured> }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = new Map<Wire, Measured>();
    for (const wire of [plain, trpc]) ours.set(wire, await measureOurs(wire, count));
    measured.push({ floor: await measureFloor(count), ours });
  }
  return [plain, trpc].flatMap((wire) =>
    goals.map(({ of, name, unit, goal }) => ({
      name: `${name} of ${count}, ${wire.name}`,
      floor: "a loop over plain ws",
      unit,
      goal,
      rounds: measured.flatMap(({ floor, ours }) => {
        const own = ours.get(wire);
        return own ? [pair(own[of], floor[of])] : [];
      }),
    })),
  );
};

export const fanOut: readonly Row[] = [3_000, 10_000].map((count) => ({
  name: `subscribers-${count}`,
  title: "Subscribers of one session",
  measure: (effort) => measure(effort, count),
}));
