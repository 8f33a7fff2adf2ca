import type { BusMessage } from "@adjourn/sessions";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { findRedis } from "../../test/find-redis.js";
import { redisOptions, testKey, testPrefix } from "../../test/redis-options.js";
import { createKeyedHash } from "../messages/keyed-hash.js";
import { SignedMessages } from "../messages/signed-messages.js";
import { createRedisEventBus, type RedisEventBus } from "./redis-event-bus.js";
import type { RedisOptions } from "./redis-options.js";

const redis = await findRedis();
afterAll(() => redis?.stop());

const changed = (sessionId: string): BusMessage => ({ origin: "node-1", kind: "changed", sessionId });

describe.skipIf(redis === null)("a message from others on the same Redis", () => {
  const url = redis?.url ?? "";
  const opened: RedisEventBus[] = [];
  let stranger: Redis;
  let bus: RedisEventBus;
  let subject: string;
  let channel: string;
  let received: BusMessage[];

  const open = async (given: Partial<RedisOptions> = {}): Promise<RedisEventBus> => {
    const one = await createRedisEventBus(redisOptions(url, given));
    opened.push(one);
    return one;
  };
  beforeEach(async () => {
    stranger = new Redis(url);
    bus = await open();
    subject = `subject-${crypto.randomUUID()}`;
    channel = `${testPrefix}:bus:${subject}`;
    received = [];
    await bus.subscribe(subject, (message) => received.push(message)).ready;
  });
  afterEach(async () => {
    stranger.disconnect();
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  /** Publishes a last message. Whatever was published earlier has arrived before it. */
  const expectOnly = async (messages: readonly BusMessage[]) => {
    const last = changed(`last-${crypto.randomUUID()}`);
    const other = await open();
    other.publish(subject, last);
    await expect.poll(() => received, { interval: 5 }).toEqual([...messages, last]);
  };
  const signedBy = (key: Uint8Array, now: () => number = Date.now) =>
    new SignedMessages(createKeyedHash(key), now);
  /** The text that a node sends to Redis for a message. */
  const captureSent = async (message: BusMessage): Promise<string> => {
    const observer = stranger.duplicate();
    await observer.subscribe(channel);
    const sealed = new Promise<string>((resolve) => observer.once("message", (_, text) => resolve(text)));
    bus.publish(subject, message);
    const text = await sealed;
    observer.disconnect();
    return text;
  };

  test("is rejected and counted if it is unsigned, garbled, truncated, binary or too long", async () => {
    const signed = signedBy(testKey).seal(channel, JSON.stringify(changed("s")));
    const forged = [
      '{"kind":"ended","origin":"x","ending":{"sessionId":"s"}}',
      JSON.stringify(changed("s")),
      "",
      "{",
      "null",
      "\0",
      signed.slice(0, -1),
      signed.slice(0, 43),
      signed.slice(44),
      `${signed} `,
      `x${signed}`,
      signed.replace(/\.\d+\./, ".999."),
      signed.replace(/^./, (first) => (first === "A" ? "B" : "A")),
      Buffer.from([0xff, 0xfe, 0x00, 0x80]),
    ];
    for (const text of forged) await stranger.publish(channel, text);
    await stranger.publish(channel, `${signed}${"x".repeat(2 * 1_048_576)}`);
    await expectOnly([]);
    expect(bus.refused).toEqual({ unauthentic: forged.length, stale: 0, too_long: 1, malformed: 0 });
  });

  test("is rejected if it was signed with another key, or for another channel", async () => {
    const json = JSON.stringify(changed("s"));
    const otherKey = signedBy(new Uint8Array(32).fill(8)).seal(channel, json);
    const otherChannel = signedBy(testKey).seal(`${channel}x`, json);
    for (const text of [otherKey, otherChannel]) await stranger.publish(channel, text);
    await expectOnly([]);
    expect(bus.refused.unauthentic).toBe(2);
  });

  test("is accepted once, however often it is repeated, and rejected when it is old", async () => {
    const message = changed("repeated");
    const text = await captureSent(message);
    for (let again = 0; again < 3; again += 1) await stranger.publish(channel, text);
    for (const ms of [-31_000, 31_000]) {
      const late = signedBy(testKey, () => Date.now() + ms).seal(channel, JSON.stringify(message));
      await stranger.publish(channel, late);
    }
    await expectOnly([message]);
    expect(bus.refused.stale).toBe(5);
  });

  test("is rejected if it is signed but has no known form", async () => {
    const node = signedBy(testKey);
    const ending = { sessionId: "s" };
    const wrong: unknown[] = [
      { kind: "ended", origin: "x", ending },
      { kind: "toString", origin: "x" },
      { kind: "changed" },
      { kind: "event", origin: "x", nth: 1, at: "never", body: { type: "message.failed" } },
      { kind: "event", origin: "x", nth: 1, at: new Date().toISOString(), body: { type: "session.ended" } },
    ];
    for (const value of wrong) await stranger.publish(channel, node.seal(channel, JSON.stringify(value)));
    await stranger.publish(channel, node.seal(channel, "[".repeat(100_000)));
    await expectOnly([]);
    expect(bus.refused.malformed).toBe(wrong.length + 1);
  });

  test("is logged at most once a minute", async () => {
    const warnings: string[] = [];
    const log = { info() {}, warn: (text: string) => void warnings.push(text), error() {} };
    const noisy = await open({ log });
    await noisy.subscribe(subject, () => {}).ready;
    for (let sent = 0; sent < 500; sent += 1) await stranger.publish(channel, "{}");
    await expect.poll(() => noisy.refused.unauthentic).toBe(500);
    expect(warnings).toHaveLength(1);
  });

  test("does not reach a deployment with another prefix or another secret", async () => {
    const receivedElsewhere: BusMessage[] = [];
    const elsewhere = [
      await open({ prefix: `${testPrefix}-2` }),
      await open({ key: new Uint8Array(32).fill(9) }),
    ];
    for (const other of elsewhere) {
      await other.subscribe(subject, (message) => receivedElsewhere.push(message)).ready;
      other.publish(subject, changed("from elsewhere"));
    }
    const expected = [changed("one"), changed("two")];
    for (const message of expected) bus.publish(subject, message);
    await expectOnly(expected);
    // The second one uses the same channel: it got all messages there, and rejected those with another signature.
    await expect.poll(() => elsewhere.map((other) => other.refused.unauthentic)).toEqual([0, 3]);
    await expect.poll(() => receivedElsewhere).toEqual(Array(2).fill(changed("from elsewhere")));
  });
});
