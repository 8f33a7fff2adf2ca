import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { limits } from "@adjourn/sessions";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { findRedis, startOwnRedis } from "../../test/find-redis.js";
import { redisOptions, testPrefix } from "../../test/redis-options.js";
import type { RedisServer } from "../../test/redis-server.js";
import type { RedisOptions } from "../redis/redis-options.js";
import { createRedisPresence, type RedisPresence } from "./redis-presence.js";

const reply = { messageId: "11111111-1111-4111-8111-111111111111", inReplyTo: "m" };
const holding = (listeners: number) => ({ listeners, replies: [] });

const opened: RedisPresence[] = [];
const open = async (url: string, given: Partial<RedisOptions> = {}): Promise<RedisPresence> => {
  const presence = await createRedisPresence(redisOptions(url, given));
  opened.push(presence);
  return presence;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((presence) => presence.close()));
});

/** Polls the records that `presence` reads of a session on other nodes. */
const seen = (presence: RedisPresence, sessionId: string) =>
  expect.poll(async () => (await presence.remote([sessionId])).get(sessionId));

const shared = await findRedis();
afterAll(() => shared?.stop());

describe.skipIf(shared === null)("a presence record", () => {
  let one: RedisPresence;
  let two: RedisPresence;
  let three: RedisPresence;
  let sessionId: string;
  beforeEach(async () => {
    const url = shared?.url ?? "";
    [one, two, three] = await Promise.all([open(url), open(url), open(url)]);
    sessionId = crypto.randomUUID();
  });

  test("is added up for other nodes, and not read by its own node", async () => {
    one.report(sessionId, { listeners: 2, replies: [reply] });
    two.report(sessionId, { listeners: 3, replies: [] });
    await seen(three, sessionId).toEqual({ listeners: 5, replies: [reply] });
    await seen(two, sessionId).toEqual({ listeners: 2, replies: [reply] });
    await seen(one, sessionId).toEqual(holding(3));
  });

  test("follows every change, and is removed when nothing is held", async () => {
    for (let listeners = 1; listeners <= 1_000; listeners += 1) one.report(sessionId, holding(listeners));
    await seen(two, sessionId).toEqual(holding(1_000));
    one.report(sessionId, holding(1_001));
    one.report(sessionId, null);
    await seen(two, sessionId).toBeUndefined();
  });

  test("is correct whatever records are removed in the same write", async () => {
    for (const removed of [1, 2, 3]) {
      const gone = Array.from({ length: removed }, () => crypto.randomUUID());
      const held = gone.map((_, index) => [crypto.randomUUID(), holding(index + 1)] as const);
      for (const id of gone) one.report(id, holding(1));
      await seen(two, gone.at(-1) ?? "").toEqual(holding(1));
      // Removed and current records alternate in the write.
      for (const [index, id] of gone.entries()) {
        one.report(id, null);
        for (const report of held.slice(index, index + 1)) one.report(...report);
      }
      await seen(two, held.at(-1)?.[0] ?? "").toEqual(holding(removed));
      expect(await two.remote([...held.map(([id]) => id), ...gone])).toEqual(new Map(held));
    }
  });

  test("is read for thousands of sessions at once, and only those with a record are returned", async () => {
    const ids = Array.from({ length: 3_000 }, () => crypto.randomUUID());
    for (const [index, id] of ids.entries()) one.report(id, holding(index + 1));
    await seen(two, ids.at(-1) ?? "").toEqual(holding(3_000));
    const [all, some, none] = await Promise.all([
      two.remote([...ids, sessionId]),
      two.remote(ids.slice(0, 2)),
      two.remote([]),
    ]);
    expect(all.size).toBe(3_000);
    expect(ids.every((id, index) => all.get(id)?.listeners === index + 1)).toBe(true);
    expect([...some.keys()]).toEqual(ids.slice(0, 2));
    expect(none.size).toBe(0);
  });

  test("is added up by session where all listeners are asked for, without those of its own node", async () => {
    const ids = Array.from({ length: 3_000 }, () => crypto.randomUUID());
    for (const [index, id] of ids.entries()) one.report(id, holding(index % 2));
    two.report(ids[1] ?? "", holding(4));
    two.report(sessionId, { listeners: 0, replies: [reply] });
    await seen(three, ids.at(-1) ?? "").toEqual(holding(1));
    await seen(three, sessionId).toBeDefined();
    const counts = await three.remoteListeners();
    const listened = (id: string) => counts?.get(id);
    expect(ids.every((id, index) => listened(id) === (index === 1 ? 5 : index % 2 || undefined))).toBe(true);
    expect(listened(sessionId)).toBeUndefined();
    expect((await two.remoteListeners())?.get(ids[1] ?? "")).toBe(1);
    expect((await one.remoteListeners())?.get(ids[1] ?? "")).toBe(4);
  });

  test("is not counted among all listeners once its node is dead", async () => {
    one.report(sessionId, holding(1));
    await seen(two, sessionId).toEqual(holding(1));
    expect((await two.remoteListeners())?.get(sessionId)).toBe(1);
    const later = await open(shared?.url ?? "", { now: () => Date.now() + 8_000 });
    expect(await later.remoteListeners()).toEqual(new Map());
  });

  test("is one of too many where all listeners are asked for", async () => {
    for (let nth = 0; nth <= limits.listenedSessions; nth += 1) one.report(`${sessionId}-${nth}`, holding(1));
    await seen(two, `${sessionId}-${limits.listenedSessions}`).toEqual(holding(1));
    expect(await two.remoteListeners()).toBeNull();
  });

  test("does not count if its node has not renewed its lease, although its hash still exists", async () => {
    one.report(sessionId, holding(1));
    await seen(two, sessionId).toEqual(holding(1));
    const later = await open(shared?.url ?? "", { now: () => Date.now() + 8_000 });
    expect(await later.remote([sessionId])).toEqual(new Map());
  });

  test("is removed when its node closes", async () => {
    one.report(sessionId, holding(1));
    await seen(two, sessionId).toEqual(holding(1));
    await one.close();
    expect(await two.remote([sessionId])).toEqual(new Map());
  });
});

const found = await startOwnRedis();
await found?.kill();

describe.skipIf(found === null)("a presence record during failures", () => {
  let redis: RedisServer;
  beforeEach(async () => {
    if (!found) return;
    redis = found;
    await redis.start();
  });
  afterEach(() => redis.kill());

  test("is removed within the lease of a node that died", async () => {
    const survivor = await open(redis.url);
    const program = fileURLToPath(new URL("../../test/hold-presence.ts", import.meta.url));
    const flags = ["--conditions=adjourn-source", "--import", "tsx"];
    const node = spawn(process.execPath, [...flags, program, redis.url, testPrefix, "session"], {
      stdio: "inherit",
    });
    await seen(survivor, "session").toEqual(holding(1));
    node.kill("SIGKILL");
    await seen(survivor, "session").toBeUndefined();
  });

  test("is written again after Redis lost it in a restart", async () => {
    const [one, two] = await Promise.all([open(redis.url), open(redis.url)]);
    one.report("kept", holding(1));
    one.report("gone", holding(1));
    await seen(two, "gone").toEqual(holding(1));
    await redis.kill();
    await expect.poll(() => two.remote(["kept"])).toEqual(new Map());
    one.report("gone", null);
    one.report("new", holding(2));
    await redis.start();
    await seen(two, "new").toEqual(holding(2));
    expect(await two.remote(["kept", "gone"])).toEqual(new Map([["kept", holding(1)]]));
  });

  test("is not read while Redis hangs, without an error, and closing does not wait for Redis", async () => {
    const [one, two] = await Promise.all([open(redis.url), open(redis.url)]);
    one.report("session", holding(1));
    await seen(two, "session").toEqual(holding(1));
    redis.pause();
    expect(await two.remote(["session"])).toEqual(new Map());
    expect(await two.remoteListeners()).toEqual(new Map());
    await two.close();
    redis.resume();
  });
});
