import { randomBytes } from "node:crypto";
import type { RedisOptions } from "../src/redis/redis-options.js";
import { silentLog } from "./silent-log.js";

/** Names of this run's own, on a Redis that others may use too. */
export const testPrefix = `adjourn-test-${randomBytes(8).toString("hex")}`;
/** Known to the test's other processes too. */
export const testKey = new Uint8Array(32).fill(7);

/** A node's options: of one deployment with all others of this run, but for what is given. */
export const redisOptions = (url: string, given: Partial<RedisOptions> = {}): RedisOptions => ({
  url,
  prefix: testPrefix,
  key: testKey,
  now: Date.now,
  log: silentLog,
  ...given,
});
