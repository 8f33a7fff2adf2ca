import { readFile } from "node:fs/promises";
import { Agent } from "node:http";
import { WebSocket } from "ws";
import { type Child, startFloor, startServer } from "./child.js";
import { median, send } from "./load.js";

const echo = "00000000-0000-4000-8000-000000000001";
const rounds = 3;

interface Measured {
  readonly eventMs: number;
  readonly endMs: number;
  readonly kilobytesEach: number;
}

interface Wire {
  readonly name: string;
  readonly start: () => Promise<Child>;
  /** `open` connects a listener; `publish` sends one event to all listeners, `end` closes them. */
  readonly session: (
    child: Child,
  ) => Promise<{ open: () => WebSocket; publish: () => Promise<void>; end: () => Promise<void> }>;
  readonly isEvent: (data: string) => boolean;
}

const agent = new Agent({ keepAlive: true });
const post = async (child: Child, path: string, body?: string, method = "POST"): Promise<string> =>
  send(child.url, agent, { method, path, ...(body ? { body } : {}) });

const newSession = async (child: Child): Promise<string> => {
  const body = JSON.stringify({ agentId: echo, userId: crypto.randomUUID() });
  return (JSON.parse(await post(child, "/api/messaging/sessions", body)) as { sessionId: string }).sessionId;
};

const sessionOf = (open: (child: Child, sessionId: string) => WebSocket) => async (child: Child) => {
  const sessionId = await newSession(child);
  const path = `/api/messaging/sessions/${sessionId}`;
  return {
    open: () => open(child, sessionId),
    // One event and nothing behind it, unlike a message, which is followed by its reply.
    publish: async () => void (await post(child, `${path}/renew`)),
    end: async () => void (await post(child, path, undefined, "DELETE")),
  };
};

const wsUrl = (child: Child) => child.url.replace("http:", "ws:");

const wires: readonly Wire[] = [
  {
    name: "bare ws (floor)",
    start: () => startFloor("ws-floor"),
    session: async (child) => ({
      open: () => new WebSocket(wsUrl(child)),
      publish: async () => void (await post(child, "/publish")),
      end: async () => void (await post(child, "/end")),
    }),
    isEvent: () => true,
  },
  {
    name: "plain WebSocket",
    start: () => startServer(),
    session: sessionOf((child, id) => new WebSocket(`${wsUrl(child)}/api/messaging/sessions/${id}/events`)),
    isEvent: (data) => data.includes('"session.renewed"'),
  },
  {
    name: "tRPC over ws",
    start: () => startServer(),
    session: sessionOf((child, sessionId) => {
      const socket = new WebSocket(`${wsUrl(child)}/trpc?connectionParams=1`);
      socket.on("open", () => {
        socket.send(JSON.stringify({ method: "connectionParams", data: { sessionId } }));
        const params = { path: "sessionEvents", input: { sessionId } };
        socket.send(JSON.stringify({ id: 1, jsonrpc: "2.0", method: "subscription", params }));
      });
      return socket;
    }),
    isEvent: (data) => data.includes('"session.renewed"'),
  },
];

/** How long an event takes to the last of `count` listeners on one session, and an end to the last close. */
export const benchListeners = async (count: number): Promise<string[]> => {
  const measured = new Map<Wire, Measured[]>(wires.map((wire) => [wire, []]));
  for (let round = 0; round < rounds; round++)
    for (const wire of wires) measured.get(wire)?.push(await measure(wire, count));
  const floor = medians(measured.get(wires[0] as Wire) ?? []);
  const lines = [
    `${count} listeners on one session; medians of ${rounds} rounds, ratios against the floor.`,
    "",
    "| wire | event to the last, ms | ratio | end to the last close, ms | ratio | KB a listener |",
    "|---|---|---|---|---|---|",
  ];
  for (const [wire, values] of measured) {
    const { eventMs, endMs, kilobytesEach } = medians(values);
    const ratios = [eventMs / floor.eventMs, endMs / floor.endMs].map((ratio) => ratio.toFixed(2));
    lines.push(
      `| ${wire.name} | ${eventMs.toFixed(0)} | ${ratios[0]} | ${endMs.toFixed(0)} | ${ratios[1]} | ${kilobytesEach.toFixed(1)} |`,
    );
  }
  return lines;
};

const medians = (values: readonly Measured[]): Measured => ({
  eventMs: median(values.map(({ eventMs }) => eventMs)),
  endMs: median(values.map(({ endMs }) => endMs)),
  kilobytesEach: median(values.map(({ kilobytesEach }) => kilobytesEach)),
});

const measure = async ({ start, session, isEvent, name }: Wire, count: number): Promise<Measured> => {
  await using child = await start();
  const { open, publish, end } = await session(child);
  const before = await memoryOf(child.pid);
  const sockets: WebSocket[] = [];
  const isFloor = name.includes("floor");
  for (let opened = 0; opened < count; opened += 200) {
    const batch = Array.from({ length: Math.min(200, count - opened) }, open);
    await Promise.all(batch.map((socket) => joined(socket, isFloor)));
    sockets.push(...batch);
  }
  const kilobytesEach = (await memoryOf(child.pid)) / count - before / count;
  const eventMs = await until(sockets, publish, (socket, done) =>
    socket.on("message", (data) => {
      if (isEvent(String(data))) done();
    }),
  );
  const endMs = await until(sockets, end, (socket, done) => socket.on("close", done));
  return { eventMs, endMs, kilobytesEach };
};

/** Resolves once the server counts the listener. The server sends `session.started` first; the floor sends nothing. */
const joined = (socket: WebSocket, isFloor: boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.on("error", reject);
    if (isFloor) socket.once("open", () => resolve());
    else
      socket.on("message", (data) => {
        if (String(data).includes("session.started")) resolve();
      });
  });

const until = async (
  sockets: readonly WebSocket[],
  act: () => Promise<void>,
  watch: (socket: WebSocket, done: () => void) => void,
): Promise<number> => {
  const all = Promise.all(sockets.map((socket) => new Promise<void>((resolve) => watch(socket, resolve))));
  const begun = performance.now();
  await act();
  await all;
  return performance.now() - begun;
};

/** Resident memory of a process in KB, from Linux. */
const memoryOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
};
