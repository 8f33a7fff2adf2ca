import type { Running } from "../processes.js";
import type { Sample } from "../row.js";
import type { Call, HttpLoad } from "./http-load.js";
import { cpuOf } from "./process-usage.js";

export const echo = "00000000-0000-4000-8000-000000000001";
export const typewriter = "00000000-0000-4000-8000-000000000002";
export const sessionsPath = "/api/messaging/sessions";
export const connections = 50;

/** Creates sessions by REST; the floor programs have the same call. */
export const createSessions = async (
  load: HttpLoad,
  { port }: Running,
  count: number,
  { agentId = echo, timeoutConfig = {} }: { agentId?: string; timeoutConfig?: object } = {},
): Promise<string[]> => {
  const calls = Array.from({ length: count }, () => ({
    method: "POST",
    path: sessionsPath,
    body: JSON.stringify({ agentId, userId: crypto.randomUUID(), timeoutConfig }),
  }));
  const { bodies } = await load.run({ port, connections, calls, total: count, keepBodies: true });
  return bodies.map((body) => (JSON.parse(body) as { sessionId: string }).sessionId);
};

const onSession =
  (method: string, more: string, body?: string) =>
  (sessionId: string): Call => ({
    method,
    path: `${sessionsPath}/${sessionId}${more}`,
    ...(body ? { body } : {}),
  });

export const endCall = onSession("DELETE", "");
export const getCall = onSession("GET", "");
export const heartbeatCall = onSession("POST", "/heartbeat");
export const pageCall = onSession("GET", "/messages");
/** Waits for the reply, which is stored too. */
export const sendCall = onSession("POST", "/messages", '{"content":"hello there","transport":"http"}');

/** Calls a second, and the server's processor time for each. */
export const measureCalls = async (
  load: HttpLoad,
  { port, pid }: Running,
  calls: readonly Call[],
  total: number,
): Promise<Sample> => {
  const before = await cpuOf(pid);
  const { perSecond } = await load.run({ port, connections, calls, total });
  return { value: perSecond, cpu: ((await cpuOf(pid)) - before) / total };
};
