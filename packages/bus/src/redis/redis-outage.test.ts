import type { BusMessage } from "@adjourn/sessions";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startOwnRedis } from "../../test/find-redis.js";
import { redisOptions } from "../../test/redis-options.js";
import type { RedisServer } from "../../test/redis-server.js";
import { createRedisEventBus, type RedisEventBus } from "./redis-event-bus.js";

const found = await startOwnRedis();
await found?.kill();

const note = (index: number): BusMessage => ({
  origin: "node-1",
  kind: "changed",
  sessionId: `session-${index}`,
});

describe.skipIf(found === null)("when Redis fails", () => {
  let redis: RedisServer;
  let bus: RedisEventBus;
  let other: RedisEventBus;
  let heard: BusMessage[];
  let gaps: number;

  const open = () => createRedisEventBus(redisOptions(redis.url));
  const becomes = (status: "ok" | "down") =>
    expect.poll(() => [bus.status, other.status]).toEqual([status, status]);

  beforeEach(async () => {
    if (!found) return;
    redis = found;
    await redis.start();
    [bus, other] = await Promise.all([open(), open()]);
    heard = [];
    gaps = 0;
    bus.onGap(() => {
      gaps += 1;
    });
    await bus.subscribe("subject", (message) => heard.push(message)).ready;
    await becomes("ok");
    gaps = 0;
  });
  afterEach(async () => {
    await Promise.all([bus.close(), other.close()]);
    await redis.kill();
  });

  const expectHeardAgain = async () => {
    await expect.poll(() => gaps).toBe(1);
    await becomes("ok");
    heard = [];
    other.publish("subject", note(1));
    await expect.poll(() => heard).toEqual([note(1)]);
  };

  test("a Redis that is killed is down, and heard again once it is back, after the gap is told", async () => {
    await redis.kill();
    await becomes("down");
    await redis.start();
    await expectHeardAgain();
  });

  test("a Redis that hangs is down, and heard again once it goes on", async () => {
    redis.pause();
    await becomes("down");
    redis.resume();
    await expectHeardAgain();
  });

  test("who comes while it is away is heard once it is back, and who left is not", async () => {
    const left: BusMessage[] = [];
    const leaving = bus.subscribe("left", (message) => left.push(message));
    await leaving.ready;
    await redis.kill();
    await becomes("down");
    leaving.close();
    const came: BusMessage[] = [];
    const coming = bus.subscribe("came", (message) => came.push(message));
    await redis.start();
    await coming.ready;
    await becomes("ok");
    other.publish("left", note(1));
    other.publish("came", note(2));
    await expect.poll(() => came).toEqual([note(2)]);
    expect(left).toEqual([]);
  });

  test("publishing to a Redis that hangs keeps nothing beyond a bound, and what is lost is counted", async () => {
    redis.pause();
    const large: BusMessage = { origin: "node-1", kind: "changed", sessionId: "s".repeat(1_000_000) };
    for (let index = 0; index < 20; index += 1) other.publish("subject", large);
    expect(other.dropped).toBe(12);
    await becomes("down");
    await expect.poll(() => other.dropped).toBe(20);
    for (let index = 0; index < 100_000; index += 1) other.publish("subject", note(index));
    expect(other.dropped).toBe(100_020);
    redis.resume();
    await expectHeardAgain();
  });

  test("closing does not wait for a Redis that hangs or is away", async () => {
    redis.pause();
    const waiting = bus.subscribe("another", () => {});
    await bus.close();
    await waiting.ready;
    await redis.kill();
    await other.close();
  });

  test("a node may start before its Redis does", async () => {
    await redis.kill();
    const early = await open();
    expect(early.status).toBe("down");
    const subscription = early.subscribe("subject", (message) => heard.push(message));
    await redis.start();
    await subscription.ready;
    await expect.poll(() => early.status).toBe("ok");
    early.publish("subject", note(1));
    await expect.poll(() => heard).toContainEqual(note(1));
    await early.close();
  });
});
