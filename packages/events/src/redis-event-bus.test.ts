import type { BusMessage } from "@adjourn/sessions";
import { describeEventBus } from "@adjourn/sessions/testing";
import { Redis } from "ioredis";
import { afterAll, describe, expect, test } from "vitest";
import { findRedis } from "../test/find-redis.js";
import { silentLog } from "../test/silent-log.js";
import { createRedisEventBus } from "./redis-event-bus.js";

const redis = await findRedis();
afterAll(() => redis?.stop());

describe.skipIf(redis === null)("with Redis", () => {
  const url = redis?.url ?? "";
  describeEventBus("the bus between nodes", async () => {
    const [bus, other] = await Promise.all([
      createRedisEventBus({ url, log: silentLog }),
      createRedisEventBus({ url, log: silentLog }),
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

  test("Redis is asked for a subject only while someone here listens to it", async () => {
    const bus = await createRedisEventBus({ url, log: silentLog });
    const watcher = new Redis(url);
    const subject = `subject-${crypto.randomUUID()}`;
    const listeners = async () => (await watcher.pubsub("NUMSUB", `adjourn:0:bus:${subject}`))[1];
    const [first, second] = [bus.subscribe(subject, () => {}), bus.subscribe(subject, () => {})];
    await Promise.all([first.ready, second.ready]);
    expect(await listeners()).toBe(1);
    first.close();
    second.close();
    await expect.poll(listeners).toBe(0);
    await bus.close();
    watcher.disconnect();
  });

  test("another database number is another deployment, which hears nothing of this one", async () => {
    const [here, there] = await Promise.all([
      createRedisEventBus({ url: `${url.replace(/\/\d*$/, "")}/1`, log: silentLog }),
      createRedisEventBus({ url: `${url.replace(/\/\d*$/, "")}/2`, log: silentLog }),
    ]);
    const heard: string[] = [];
    let hearLast = (): void => {};
    const last = new Promise<void>((resolve) => {
      hearLast = resolve;
    });
    const subject = `subject-${crypto.randomUUID()}`;
    await there.subscribe(subject, (message) => {
      heard.push(message.origin);
      hearLast();
    }).ready;
    await here.subscribe(subject, () => there.publish(subject, { ...note("s"), origin: "there" })).ready;
    here.publish(subject, { ...note("s"), origin: "here" });
    await last;
    expect(heard).toEqual(["there"]);
    await Promise.all([here.close(), there.close()]);
  });

  test("what is too long is not sent, what is not understood not heard; both are counted", async () => {
    const bus = await createRedisEventBus({ url, log: silentLog });
    const stranger = new Redis(url);
    const subject = `subject-${crypto.randomUUID()}`;
    const heard: BusMessage[] = [];
    let hearLast = (): void => {};
    const last = new Promise<void>((resolve) => {
      hearLast = resolve;
    });
    await bus.subscribe(subject, (message) => {
      heard.push(message);
      hearLast();
    }).ready;
    bus.publish(subject, note("s".repeat(1_048_576)));
    for (const json of ["{", "null", '{"origin": "n", "kind": "toString"}', '{"kind": "changed"}'])
      await stranger.publish(`adjourn:0:bus:${subject}`, json);
    bus.publish(subject, note("s"));
    await last;
    expect(heard).toEqual([note("s")]);
    expect(bus.dropped).toBe(5);
    await bus.close();
    stranger.disconnect();
  });
});
