import { randomBytes } from "node:crypto";
import type { RedisOptions } from "../src/redis/redis-options.js";
import { silentLog } from "./silent-log.js";

/** A prefix for this run, since others may use the same Redis. */
export const testPrefix = `adjourn-test-${randomBytes(8).toString("hex")}`;
/** Fixed, since other processes of a test use it too. */
export const testKey = new Uint8Array(32).fill(7);

/** The options of a node. All nodes of this run are one deployment unless `given` says otherwise. */
export const redisOptions = (url: string, given: Partial<RedisOptions> = {}): RedisOptions => ({
  url,
  prefix: testPrefix,
  key: testKey,
  now: Date.now,
  log: silentLog,
  ...given,
});
