import { Agent } from "node:http";
import { WebSocket } from "ws";
import { type Child, startServer } from "./child.js";
import { send } from "./load.js";

const echo = "00000000-0000-4000-8000-000000000001";

/**
 * Ends `count` sessions with one listener each by one call, and requests the server's health all the while. The longest
 * answer shows how long the event loop was blocked, including the cost of the probe.
 */
export const benchBulkEnd = async (count: number): Promise<string[]> => {
  await using server = await startServer();
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const userId = crypto.randomUUID();
  const sockets = await openListeners(server, agent, { userId, count });
  const closed = Promise.all(
    sockets.map((socket) => new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)))),
  );
  const begun = performance.now();
  const ended = send(server.url, agent, {
    method: "POST",
    path: "/api/messaging/sessions/end",
    body: JSON.stringify({ userId, reason: "bench" }),
  });
  const stopProbe = probeHealth(server);
  const answer = await ended;
  const answeredMs = performance.now() - begun;
  const codes = await closed;
  const closedMs = performance.now() - begun;
  const latencies = (await stopProbe()).toSorted((a, b) => a - b);
  agent.destroy();
  const at = (share: number) =>
    (latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN).toFixed(1);
  return [
    `${count} sessions with a listener each, ended by one call: ${answer}; close codes ${[...new Set(codes)].join(", ")}.`,
    "",
    "| answered after, ms | last listener closed after, ms | probe median, ms | probe 99%, ms | probe longest, ms |",
    "|---|---|---|---|---|",
    `| ${answeredMs.toFixed(0)} | ${closedMs.toFixed(0)} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`,
  ];
};

/** Creates `count` sessions of one user and opens a listener on each, 100 at a time. */
const openListeners = async (
  server: Child,
  agent: Agent,
  { userId, count }: { readonly userId: string; readonly count: number },
): Promise<WebSocket[]> => {
  const body = JSON.stringify({ agentId: echo, userId });
  const openListener = async () => {
    const text = await send(server.url, agent, { method: "POST", path: "/api/messaging/sessions", body });
    const { sessionId } = JSON.parse(text) as { sessionId: string };
    const url = `${server.url.replace("http:", "ws:")}/api/messaging/sessions/${sessionId}/events`;
    const socket = new WebSocket(url);
    await new Promise<void>((resolve, reject) => {
      socket.once("message", () => resolve());
      socket.once("error", reject);
    });
    return socket;
  };
  const sockets: WebSocket[] = [];
  for (let opened = 0; opened < count; opened += 100)
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(100, count - opened) }, openListener))));
  return sockets;
};

/** Requests the server's health again and again until the returned function is called, which gives the latencies in ms. */
const probeHealth = (server: Child): (() => Promise<number[]>) => {
  const latencies: number[] = [];
  let isStopped = false;
  const probing = (async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isStopped) {
      const sentAt = performance.now();
      await send(server.url, agent, { method: "GET", path: "/healthz" });
      latencies.push(performance.now() - sentAt);
    }
    agent.destroy();
  })();
  return async () => {
    isStopped = true;
    await probing;
    return latencies;
  };
};
