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
  let received: BusMessage[];
  let gaps: number;

  const open = () => createRedisEventBus(redisOptions(redis.url));
  const becomes = (status: "ok" | "down") =>
    expect.poll(() => [bus.status, other.status]).toEqual([status, status]);

  beforeEach(async () => {
    if (!found) return;
    redis = found;
    await redis.start();
    [bus, other] = await Promise.all([open(), open()]);
    received = [];
    gaps = 0;
    bus.onGap(() => {
      gaps += 1;
    });
    await bus.subscribe("subject", (message) => received.push(message)).ready;
    await becomes("ok");
    gaps = 0;
  });
  afterEach(async () => {
    await Promise.all([bus.close(), other.close()]);
    await redis.kill();
  });

  const expectDelivery = async () => {
    await expect.poll(() => gaps).toBe(1);
    await becomes("ok");
    received = [];
    other.publish("subject", note(1));
    await expect.poll(() => received).toEqual([note(1)]);
  };

  test("the bus is down while Redis is killed, and delivers again when it is back, after it reported the gap", async () => {
    await redis.kill();
    await becomes("down");
    await redis.start();
    await expectDelivery();
  });

  test("the bus is down while Redis hangs, and delivers again when it continues", async () => {
    redis.pause();
    await becomes("down");
    redis.resume();
    await expectDelivery();
  });

  test("a subscriber added during an outage receives messages after it, and one that left does not", async () => {
    const left: BusMessage[] = [];
    const leaving = bus.subscribe("left", (message) => left.push(message));
    await leaving.ready;
    await redis.kill();
    await becomes("down");
    leaving.close();
    const added: BusMessage[] = [];
    const adding = bus.subscribe("added", (message) => added.push(message));
    await redis.start();
    await adding.ready;
    await becomes("ok");
    other.publish("left", note(1));
    other.publish("added", note(2));
    await expect.poll(() => added).toEqual([note(2)]);
    expect(left).toEqual([]);
  });

  test("messages to a Redis that hangs are kept up to a bound, and lost ones are counted", async () => {
    redis.pause();
    const large: BusMessage = { origin: "node-1", kind: "changed", sessionId: "s".repeat(1_000_000) };
    for (let index = 0; index < 20; index += 1) other.publish("subject", large);
    expect(other.dropped).toBe(12);
    await becomes("down");
    await expect.poll(() => other.dropped).toBe(20);
    for (let index = 0; index < 100_000; index += 1) other.publish("subject", note(index));
    expect(other.dropped).toBe(100_020);
    redis.resume();
    await expectDelivery();
  });

  test("closing does not wait for a Redis that hangs or is down", async () => {
    redis.pause();
    const waiting = bus.subscribe("another", () => {});
    await bus.close();
    await waiting.ready;
    await redis.kill();
    await other.close();
  });

  test("a node can start before its Redis", async () => {
    await redis.kill();
    const early = await open();
    expect(early.status).toBe("down");
    const subscription = early.subscribe("subject", (message) => received.push(message));
    await redis.start();
    await subscription.ready;
    await expect.poll(() => early.status).toBe("ok");
    early.publish("subject", note(1));
    await expect.poll(() => received).toContainEqual(note(1));
    await early.close();
  });
});
