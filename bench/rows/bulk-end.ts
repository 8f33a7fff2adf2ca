import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openHttpLoad } from "../load/http-load.js";
import { probe } from "../load/probe.js";
import { createSessions, echo, sessionsPath } from "../load/session-calls.js";
import { openSocketLoad } from "../load/socket-load.js";
import { type Running, startServer } from "../processes.js";
import type { Effort, Row } from "../row.js";

const stallPreload = fileURLToPath(new URL("../load/stall-preload.mjs", import.meta.url));

const longestStall = async ({ process: child }: Running): Promise<number> => {
  const answered = once(child, "message");
  child.send("stall");
  const [milliseconds] = (await answered) as [number];
  return milliseconds;
};

const endAll = async (count: number) => {
  await using server = await startServer({}, ["--import", stallPreload]);
  await using load = await openHttpLoad();
  await using sockets = await openSocketLoad();
  const ids = await createSessions(load, server, count);
  const paths = ids.map((id) => `${sessionsPath}/${id}/events`);
  await sockets.open({ port: server.port, paths, started: "session.started" });
  await longestStall(server);
  const stopProbe = await probe(server.port);
  const milliseconds = await sockets.awaitAll({
    method: "POST",
    path: `${sessionsPath}/end`,
    body: JSON.stringify({ agentId: echo, reason: "bench" }),
    text: null,
  });
  return { milliseconds, stall: await longestStall(server), probed: stopProbe() };
};

type Measured = Awaited<ReturnType<typeof endAll>>;

const measure = async ({ rounds, scale }: Effort) => {
  const count = Math.round(10_000 * scale);
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await endAll(count));
  // No program ends sessions with less: the goals are times, on a machine of two cores.
  const figure = (name: string, of: keyof Measured, atMost: number) => ({
    name: `${count} sessions ended by one call, ${name}`,
    floor: "none",
    unit: "ms",
    goal: { of: "value", atMost } as const,
    rounds: measured.map((one) => ({ ours: one[of], floor: Number.NaN })),
  });
  return [
    figure("to the last close", "milliseconds", 1_500),
    figure("longest turn of the event loop", "stall", 20),
    figure("longest answer of /healthz meanwhile", "probed", 20),
  ];
};

export const bulkEnd: Row = {
  name: "bulk",
  title: "Sessions with a listener each, ended by one call",
  measure,
};
