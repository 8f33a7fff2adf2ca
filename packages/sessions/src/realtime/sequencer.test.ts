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
  finishReason: null,
  usage: null,
});

const delivered = ({ seq }: Message): Delivery => ({
  seq,
  at: "2026-01-01T00:00:00.000Z",
  body: { type: "message.failed", inReplyTo: `${seq}`, code: "AGENT_FAILED" },
});

/** A sequencer on a store whose reads wait until the test answers them. */
const createSequencer = () => {
  const sent: string[] = [];
  const stored: Message[] = [];
  const reads: (() => void)[] = [];
  const readMessagesAfter = async (_channelId: string, after: number, limit: number) => {
    const page = stored.filter(({ seq }) => seq > after).slice(0, limit);
    await new Promise<void>((resolve) => reads.push(resolve));
    return page;
  };
  const name = ({ seq, body }: Delivery) =>
    body.type === "message.delta" ? `piece ${body.index}` : `message ${seq}`;
  const sequencer = new Sequencer(
    { readMessagesAfter },
    (delivery) => sent.push(name(delivery)),
    () => {},
  );
  const answer = async () => {
    reads.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { sequencer, sent, stored, reads, answer };
};

describe("the sequencer", () => {
  it("delivers nothing that was buffered for earlier subscribers to a later one", async () => {
    const { sequencer, sent, stored, answer } = createSequencer();
    stored.push(message(1), message(2));
    sequencer.begin("channel", 0);
    sequencer.take(delivered(message(2)));
    sequencer.take(piece(0));
    sequencer.pause();
    // Piece 1 is missed while nobody subscribes. The next subscriber has both messages.
    sequencer.begin("channel", 2);
    sequencer.take(piece(2));
    await answer();
    expect(sent).toEqual(["piece 2"]);
  });

  it("does not move its cursor for messages fetched for subscribers that left", async () => {
    const { sequencer, sent, stored, answer } = createSequencer();
    stored.push(message(1), message(2));
    sequencer.begin("channel", 0);
    sequencer.take(delivered(message(2)));
    sequencer.pause();
    await answer();
    expect(sent).toEqual([]);
    expect(sequencer.cursor).toBe(0);
  });

  it("fetches messages that were stored after the last read of a gap started", async () => {
    const { sequencer, sent, stored, reads, answer } = createSequencer();
    sequencer.begin("channel", 0);
    stored.push(message(1));
    sequencer.catchUpTo(1);
    stored.push(message(2));
    sequencer.catchUpTo(2);
    await answer();
    expect(reads).toHaveLength(1);
    await answer();
    expect(sent).toEqual(["message 1", "message 2"]);
  });

  it("resolves deliverUpTo after everything up to the seq is delivered, also during a fill", async () => {
    const { sequencer, sent, stored, answer } = createSequencer();
    sequencer.begin("channel", 0);
    stored.push(message(1));
    sequencer.catchUpTo(1);
    stored.push(message(2));
    // The buffered piece starts another fill, which is in progress when the first one is done.
    sequencer.take(piece(0));
    let sentAtTheEnd: readonly string[] = [];
    const isDone = sequencer.deliverUpTo(2).then(() => {
      sentAtTheEnd = [...sent];
    });
    await answer();
    await answer();
    await isDone;
    expect(sentAtTheEnd).toEqual(["message 1", "piece 0", "message 2"]);
  });

  it("reads a missing message from the store once, and does not retry by itself", async () => {
    const { sequencer, sent, reads, answer } = createSequencer();
    sequencer.begin("channel", 0);
    sequencer.catchUpTo(3);
    await answer();
    expect(reads).toHaveLength(0);
    expect(sent).toEqual([]);
  });
});
