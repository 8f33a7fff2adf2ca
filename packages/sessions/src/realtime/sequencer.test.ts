import { describe, expect, it } from "vitest";
import type { Message } from "../model/message.js";
import { type Delivery, Sequencer } from "./sequencer.js";

const piece = (index: number): Delivery => ({
  seq: null,
  at: "2026-01-01T00:00:00.000Z",
  body: { type: "message.delta", messageId: "reply", inReplyTo: "question", index, text: `${index}` },
});

const message = (seq: number): Message => ({
  id: `${seq}`,
  channelId: "channel",
  seq,
  authorId: "user",
  isAgent: false,
  inReplyTo: null,
  content: `${seq}`,
  createdAt: 0,
  metadata: {},
  attachments: null,
});

const delivered = ({ seq }: Message): Delivery => ({
  seq,
  at: "2026-01-01T00:00:00.000Z",
  body: { type: "message.failed", inReplyTo: `${seq}`, code: "AGENT_FAILED" },
});

/** An order over a store whose every read waits until the test answers it. */
const createOrder = () => {
  const passed: string[] = [];
  const stored: Message[] = [];
  const reads: (() => void)[] = [];
  const readMessagesAfter = async (_channelId: string, after: number, limit: number) => {
    const page = stored.filter(({ seq }) => seq > after).slice(0, limit);
    await new Promise<void>((resolve) => reads.push(resolve));
    return page;
  };
  const name = ({ seq, body }: Delivery) =>
    body.type === "message.delta" ? `piece ${body.index}` : `message ${seq}`;
  const order = new Sequencer(
    { readMessagesAfter },
    (delivery) => passed.push(name(delivery)),
    () => {},
  );
  const answer = async () => {
    reads.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { order, passed, stored, reads, answer };
};

describe("the order of what is delivered", () => {
  it("passes nothing that waited for subscribers who left on to one who came later and missed what followed", async () => {
    const { order, passed, stored, answer } = createOrder();
    stored.push(message(1), message(2));
    order.begin("channel", 0);
    order.take(delivered(message(2)));
    order.take(piece(0));
    order.pause();
    // Piece 1 falls while nobody subscribes; then somebody does who knows both messages.
    order.begin("channel", 2);
    order.take(piece(2));
    await answer();
    expect(passed).toEqual(["piece 2"]);
  });

  it("counts nothing as delivered that was fetched for subscribers who have left", async () => {
    const { order, passed, stored, answer } = createOrder();
    stored.push(message(1), message(2));
    order.begin("channel", 0);
    order.take(delivered(message(2)));
    order.pause();
    await answer();
    expect(passed).toEqual([]);
    expect(order.cursor).toBe(0);
  });

  it("fetches what was stored after the last read of a fill began", async () => {
    const { order, passed, stored, reads, answer } = createOrder();
    order.begin("channel", 0);
    stored.push(message(1));
    order.catchUpTo(1);
    stored.push(message(2));
    order.catchUpTo(2);
    await answer();
    expect(reads).toHaveLength(1);
    await answer();
    expect(passed).toEqual(["message 1", "message 2"]);
  });

  it("has delivered everything up to the end's seq when it says so, whatever it was filling before", async () => {
    const { order, passed, stored, answer } = createOrder();
    order.begin("channel", 0);
    stored.push(message(1));
    order.catchUpTo(1);
    stored.push(message(2));
    // What waits begins another fill, which is under way when the first one is done.
    order.take(piece(0));
    let passedAtTheEnd: readonly string[] = [];
    const isDone = order.deliverUpTo(2).then(() => {
      passedAtTheEnd = [...passed];
    });
    await answer();
    await answer();
    await isDone;
    expect(passedAtTheEnd).toEqual(["message 1", "piece 0", "message 2"]);
  });

  it("asks the store once for what it does not have, and does not ask again by itself", async () => {
    const { order, passed, reads, answer } = createOrder();
    order.begin("channel", 0);
    order.catchUpTo(3);
    await answer();
    expect(reads).toHaveLength(0);
    expect(passed).toEqual([]);
  });
});
