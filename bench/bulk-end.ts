import { Agent } from "node:http";
import { WebSocket } from "ws";
import { startServer } from "./child.js";
import { send } from "./load.js";

const echo = "00000000-0000-4000-8000-000000000001";

/**
 * Ends `count` sessions with one listener each by one call, and asks for the server's health all the while: the
 * longest that an answer took is how long the event loop was not free, the probe's own cost included.
 */
export const benchBulkEnd = async (count: number): Promise<string[]> => {
  await using server = await startServer();
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const userId = crypto.randomUUID();
  const body = JSON.stringify({ agentId: echo, userId });
  const sockets: WebSocket[] = [];
  for (let made = 0; made < count; made += 100) {
    const batch = Array.from({ length: Math.min(100, count - made) }, async () => {
      const text = await send(server.url, agent, { method: "POST", path: "/api/messaging/sessions", body });
      const { sessionId } = JSON.parse(text) as { sessionId: string };
      const url = `${server.url.replace("http:", "ws:")}/api/messaging/sessions/${sessionId}/events`;
      const socket = new WebSocket(url);
      await new Promise<void>((resolve, reject) => {
        socket.once("message", () => resolve());
        socket.once("error", reject);
      });
      return socket;
    });
    sockets.push(...(await Promise.all(batch)));
  }
  const closed = Promise.all(
    sockets.map((socket) => new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)))),
  );
  const waits: number[] = [];
  const begun = performance.now();
  const ended = send(server.url, agent, {
    method: "POST",
    path: "/api/messaging/sessions/end",
    body: JSON.stringify({ userId, reason: "bench" }),
  });
  let isOver = false;
  const probing = (async () => {
    const probe = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      const asked = performance.now();
      await send(server.url, probe, { method: "GET", path: "/healthz" });
      waits.push(performance.now() - asked);
    }
    probe.destroy();
  })();
  const answer = await ended;
  const answeredMs = performance.now() - begun;
  const codes = await closed;
  const closedMs = performance.now() - begun;
  isOver = true;
  await probing;
  agent.destroy();
  const sorted = waits.sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1);
  return [
    `${count} sessions with a listener each, ended by one call: ${answer}; close codes ${[...new Set(codes)].join(", ")}.`,
    "",
    "| answered after, ms | last listener closed after, ms | probe median, ms | probe 99%, ms | probe longest, ms |",
    "|---|---|---|---|---|",
    `| ${answeredMs.toFixed(0)} | ${closedMs.toFixed(0)} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`,
  ];
};
