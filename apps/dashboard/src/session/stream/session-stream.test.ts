import { sampleSession } from "@adjourn/testkit/samples";
import { describe, expect, it } from "vitest";
import type { Message, SessionEvent } from "../../lists/records";
import { emptyStream, withEvent, withMessages, withoutReply } from "./session-stream";

const session = sampleSession("s");

const message = (id: string, second: number, content = id): Message => ({
  id,
  content,
  authorId: "a",
  isAgent: true,
  inReplyTo: `question of ${id}`,
  createdAt: `2026-01-01T00:00:0${second}.000Z`,
  metadata: {},
});

const frame = { id: "s.0.x", sessionId: "s", at: "2026-01-01T00:00:00.000Z" };
const delta = (index: number, text: string, reply = "reply"): SessionEvent => ({
  ...frame,
  type: "message.delta",
  messageId: reply,
  inReplyTo: `question of ${reply}`,
  index,
  text,
});
const failed = (reply: string, code: "REPLY_CANCELLED" | "AGENT_FAILED"): SessionEvent => ({
  ...frame,
  type: "message.failed",
  inReplyTo: `question of ${reply}`,
  code,
});
const stored = (reply: string, content: string): SessionEvent => ({
  ...frame,
  type: "message",
  message: { ...message(reply, 1, content), finishReason: "cancelled" },
});
const asked = (id: string, at: string): SessionEvent => ({
  ...frame,
  at,
  type: "message",
  message: { ...message(id, 0), isAgent: false, inReplyTo: null },
});

type Pending = Extract<SessionEvent, { type: "session.started" }>["pendingReplies"][number];

const pending = (messageId: string, text: string | null, nextIndex: number | null): Pending => ({
  messageId,
  inReplyTo: `question of ${messageId}`,
  text,
  nextIndex,
});
const started = (...pendingReplies: Pending[]): SessionEvent => ({
  ...frame,
  type: "session.started",
  session,
  pendingReplies,
});
const play = (...events: SessionEvent[]) => events.reduce(withEvent, emptyStream);

describe("a session's stream", () => {
  it("puts a reply together from its pieces, and gives way to the message once it is stored", () => {
    const writing = play(started(), delta(0, "Good "), delta(1, "morning"));
    expect(writing.replies).toMatchObject([{ text: "Good morning", hasGap: false }]);
    const done = withEvent(writing, {
      ...frame,
      type: "message",
      message: message("reply", 1, "Good morning"),
    });
    expect(done.replies).toEqual([]);
    expect(done.messages.map(({ content }) => content)).toEqual(["Good morning"]);
    expect(withEvent(done, delta(2, "!")).replies).toEqual([]);
  });

  it("begins with a reply's text so far, and takes none of it twice", () => {
    const writing = play(started(pending("reply", "Good ", 2)));
    expect(writing.replies).toMatchObject([{ text: "Good ", nextIndex: 2, hasGap: false }]);
    const further = [
      delta(0, "Go"),
      delta(1, "od "),
      delta(2, "morn"),
      delta(2, "morn"),
      delta(3, "ing"),
      delta(1, "od "),
    ];
    expect(further.reduce(withEvent, writing).replies).toMatchObject([
      { messageId: "reply", text: "Good morning", nextIndex: 4, hasGap: false },
    ]);
  });

  it("has no gap where one piece carries what the bus has lost of the pieces before it", () => {
    const repaired = play(started(pending("reply", "Good ", 1)), delta(3, "morning"));
    expect(repaired.replies).toMatchObject([{ text: "Good morning", nextIndex: 4, hasGap: false }]);
  });

  it("takes the text so far for the truth on coming back", () => {
    const back = play(started(), delta(0, "Good "), started(pending("reply", "Good morn", 3)));
    expect(withEvent(back, delta(3, "ing")).replies).toMatchObject([{ text: "Good morning", hasGap: false }]);
  });

  it("knows when pieces are missing of a reply whose text so far is not known", () => {
    const unknown = started(pending("reply", null, null));
    expect(play(unknown, delta(4, "late"), delta(5, "r")).replies).toMatchObject([
      { text: "later", hasGap: true },
    ]);
    expect(play(unknown, delta(0, "in time")).replies).toMatchObject([{ text: "in time", hasGap: false }]);
    const back = play(started(), delta(0, "half"), unknown);
    expect(back.replies).toMatchObject([{ text: "half", hasGap: false }]);
    expect(withEvent(back, delta(1, " done")).replies).toMatchObject([{ text: "half done", hasGap: false }]);
    expect(withEvent(back, delta(2, "done")).replies).toMatchObject([{ hasGap: true }]);
  });

  it("has a reply wait for its text from the user's message on, and keeps the replies in their order", () => {
    const waiting = play(
      { ...started(), at: "2026-01-01T00:00:01.000Z" },
      asked("question of one", "2026-01-01T00:00:02.000Z"),
      asked("question of two", "2026-01-01T00:00:03.000Z"),
    );
    expect(waiting.replies).toMatchObject([
      { messageId: null, inReplyTo: "question of one", text: "" },
      { messageId: null, inReplyTo: "question of two", text: "" },
    ]);
    expect(withEvent(waiting, delta(0, "1", "one")).replies).toMatchObject([
      { messageId: "one", text: "1" },
      { messageId: null, text: "" },
    ]);
    const replayed = asked("question of old", "2026-01-01T00:00:00.500Z");
    expect(withEvent(waiting, replayed).replies).toHaveLength(2);
  });

  it("gives way to the text that was kept of a stopped reply, and takes no late piece of it", () => {
    const stopped = play(
      started(pending("reply", "Good ", 1)),
      stored("reply", "Good "),
      delta(1, "morning"),
    );
    expect(stopped.replies).toEqual([]);
    expect(stopped.messages).toMatchObject([{ content: "Good ", finishReason: "cancelled" }]);
    expect(stopped.happenings).toEqual([]);
  });

  it("tells a reply that was stopped with nothing kept from one that failed, and takes no late piece of either", () => {
    const both = started(pending("one", "a", 1), pending("two", "", 0));
    const over = play(both, failed("one", "AGENT_FAILED"), failed("two", "REPLY_CANCELLED"));
    expect([delta(1, "late", "one"), delta(0, "late", "two")].reduce(withEvent, over).replies).toEqual([]);
    expect(over.happenings).toMatchObject([{ type: "failed", detail: "AGENT_FAILED" }, { type: "stopped" }]);
    expect(over.happenings[1]).not.toHaveProperty("detail");
  });

  it("drops a reply that turned out to be over, and no other", () => {
    const writing = play(started(pending("one", "a", 1), pending("two", "b", 1)));
    expect(withoutReply(writing, "question of one").replies).toMatchObject([{ messageId: "two" }]);
  });

  it("forgets on coming back what is no longer being written", () => {
    const writing = play(started(), delta(0, "half"));
    expect(withEvent(writing, started()).replies).toEqual([]);
  });

  it("merges history and news in order, each once", () => {
    const live = play(started(), { ...frame, type: "message", message: message("b", 2) });
    const merged = withMessages(live, [message("a", 1), message("b", 2)]);
    expect(merged.messages.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(withMessages(merged, [message("a", 1)])).toBe(merged);
  });

  it("keeps in sight what was being written when the session ended", () => {
    const ended = play(started(pending("reply", "unfini", 1), pending("other", "", 0)), {
      ...frame,
      type: "session.ended",
      cause: "requested",
      reason: "Late",
      endedAt: "2026-01-01T00:00:09.000Z",
    });
    expect(ended.replies.map(({ text }) => text)).toEqual(["unfini"]);
    expect(ended.end).toEqual({ cause: "requested", reason: "Late", endedAt: "2026-01-01T00:00:09.000Z" });
  });
});
