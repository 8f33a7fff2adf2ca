import { once } from "node:events";
import { connect } from "node:net";
import { type RedisServer, startRedis } from "./redis-server.js";

/** A Redis that tests share with others: the one at `TEST_REDIS_URL`, on the default port, or a new process. */
export interface FoundRedis {
  readonly url: string;
  stop(): Promise<void>;
}

const usual = { host: "127.0.0.1", port: 6379 };

/** Null if there is none. In CI that is an error. */
export const findRedis = async (): Promise<FoundRedis | null> => {
  const given = process.env.TEST_REDIS_URL;
  if (given) return { url: given, stop: async () => {} };
  if (await answers()) return { url: `redis://${usual.host}:${usual.port}`, stop: async () => {} };
  const own = await startOwnRedis();
  return own && { url: own.url, stop: () => own.kill() };
};

/** A Redis process for tests that pause and kill it. */
export const startOwnRedis = async (): Promise<RedisServer | null> => {
  try {
    return await startRedis();
  } catch (error) {
    if (process.env.CI) throw new Error("The Redis tests need a redis-server on the path", { cause: error });
    console.warn(
      "SKIPPED: the Redis tests, since there is no redis-server on the path (TEST_REDIS_URL names one)",
    );
    return null;
  }
};

const answers = async (): Promise<boolean> => {
  const socket = connect(usual);
  try {
    await once(socket, "connect");
    socket.write("PING\r\n");
    const [reply] = await once(socket, "data", { signal: AbortSignal.timeout(1_000) });
    return String(reply).startsWith("+PONG");
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};
