import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { startRedis } from "../../apps/api/test/cluster/setup/redis-server.js";
import { median } from "../figure.js";
import { openHttpLoad } from "../load/http-load.js";
import { createSessions, sessionsPath } from "../load/session-calls.js";
import { temporaryDatabase } from "../load/temporary-database.js";
import { startFloor, startServer } from "../processes.js";
import { type Effort, inTurn, type Row } from "../row.js";

const call = (port: number, method: string, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method, path }, (response) => {
      const answeredAt = performance.now();
      response.resume();
      if (response.statusCode === 200) resolve(answeredAt);
      else reject(new Error(`${method} ${path}: ${response.statusCode}`));
    });
    sent.on("error", reject);
    sent.end();
  });

/** From the answer of one node to the close on the other, in ms. A close that comes first counts as 0. */
const measureOne = async (socketUrl: string, ended: () => Promise<number>): Promise<number> => {
  const socket = new WebSocket(socketUrl);
  await new Promise((resolve, reject) => socket.once("message", resolve).once("error", reject));
  const closed = new Promise<number>((resolve) => socket.once("close", () => resolve(performance.now())));
  // What the opening has left to do on the other node would delay the close.
  await sleep(5);
  const answeredAt = await ended();
  return Math.max(0, (await closed) - answeredAt);
};

const measure = async (effort: Effort) => {
  await using redis = await startRedis();
  await using database = await temporaryDatabase();
  const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
  await using load = await openHttpLoad();
  await using first = await startServer(env);
  await using second = await startServer(env);
  await using firstFloor = await startFloor("redis-close", { serviceUrl: redis.url });
  await using secondFloor = await startFloor("redis-close", { serviceUrl: redis.url });
  const count = Math.round(200 * effort.scale);
  const many = async (one: (id: string) => Promise<number>) => {
    const times: number[] = [];
    for (const id of await createSessions(load, first, count)) times.push(await one(id));
    return { value: median(times) };
  };
  const floor = () =>
    many((id) =>
      measureOne(`ws://127.0.0.1:${secondFloor.port}/${id}`, () => call(firstFloor.port, "POST", `/${id}`)),
    );
  const ours = () =>
    many((id) =>
      measureOne(`ws://127.0.0.1:${second.port}${sessionsPath}/${id}/events`, () =>
        call(first.port, "DELETE", `${sessionsPath}/${id}`),
      ),
    );
  await floor();
  await ours();
  return [
    {
      name: "two nodes, answer of an end to the close on the other",
      floor: "PUBLISH on Redis to the close of a ws peer of another process",
      unit: "ms",
      goal: { of: "ratio", atMost: 1.3 } as const,
      rounds: await inTurn(effort, floor, ours),
    },
  ];
};

export const twoNodes: Row = { name: "nodes", title: "Two nodes", measure };
