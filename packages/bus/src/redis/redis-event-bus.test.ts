import type { BusMessage } from "@adjourn/sessions";
import { describeEventBus } from "@adjourn/testkit";
import { Redis } from "ioredis";
import { afterAll, describe, expect, test } from "vitest";
import { findRedis } from "../../test/find-redis.js";
import { redisOptions, testPrefix } from "../../test/redis-options.js";
import { createRedisEventBus } from "./redis-event-bus.js";

const redis = await findRedis();
afterAll(() => redis?.stop());

describe.skipIf(redis === null)("with Redis", () => {
  const url = redis?.url ?? "";
  describeEventBus("the bus between nodes", async () => {
    const [bus, other] = await Promise.all([
      createRedisEventBus(redisOptions(url)),
      createRedisEventBus(redisOptions(url)),
    ]);
    return {
      bus,
      other,
      async close() {
        await Promise.all([bus.close(), other.close()]);
      },
    };
  });

  const note = (sessionId: string): BusMessage => ({ origin: "node-1", kind: "changed", sessionId });

  test("a node subscribes to a Redis channel only while it has a subscriber", async () => {
    const bus = await createRedisEventBus(redisOptions(url));
    const observer = new Redis(url);
    const subject = `subject-${crypto.randomUUID()}`;
    const listeners = async () => (await observer.pubsub("NUMSUB", `${testPrefix}:bus:${subject}`))[1];
    const [first, second] = [bus.subscribe(subject, () => {}), bus.subscribe(subject, () => {})];
    await Promise.all([first.ready, second.ready]);
    expect(await listeners()).toBe(1);
    first.close();
    second.close();
    await expect.poll(listeners).toBe(0);
    await bus.close();
    observer.disconnect();
  });

  test("a message that is too long is not sent, and is counted", async () => {
    const bus = await createRedisEventBus(redisOptions(url));
    const subject = `subject-${crypto.randomUUID()}`;
    const received: BusMessage[] = [];
    await bus.subscribe(subject, (message) => received.push(message)).ready;
    bus.publish(subject, note("s".repeat(1_048_576)));
    bus.publish(subject, note("s"));
    await expect.poll(() => received).toEqual([note("s")]);
    expect(bus.dropped).toBe(1);
    await bus.close();
  });
});
