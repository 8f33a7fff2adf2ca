import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openHttpLoad } from "./load/http-load.js";
import { createSessions, echo, sessionsPath } from "./load/session-calls.js";
import { openSocketLoad } from "./load/socket-load.js";
import { startServer } from "./processes.js";

const stall = fileURLToPath(new URL("./load/stall-preload.mjs", import.meta.url));
const cpu = (pid: number) => {
  const f = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(f[11]) + Number(f[12])) * 10;
};
const ask = async (c: any) => {
  const a = once(c, "message");
  c.send("stall");
  return (await a)[0] as number;
};
{
  const args = process.env.PROF ? ["--cpu-prof", "--cpu-prof-dir=/tmp/prof"] : [];
  await using server = await startServer({}, ["--import", stall, ...args]);
  await using load = await openHttpLoad();
  await using sockets = await openSocketLoad();
  const ids = await createSessions(load, server, 10000);
  await sockets.open({
    port: server.port,
    paths: ids.map((id) => `${sessionsPath}/${id}/events`),
    started: "session.started",
  });
  await ask(server.process);
  const c0 = cpu(server.pid);
  const t0 = performance.now();
  const ms = await sockets.awaitAll({
    method: "POST",
    path: `${sessionsPath}/end`,
    body: JSON.stringify({ agentId: echo, reason: "bench" }),
    text: null,
  });
  console.log("bulk ms", Math.round(ms), "cpu ms", cpu(server.pid) - c0, "stall", await ask(server.process));
  if (process.env.PROF) console.log("window", t0);
}
