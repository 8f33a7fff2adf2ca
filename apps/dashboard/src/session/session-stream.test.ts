import { describe, expect, it } from "vitest";
import type { Message, SessionEvent, SessionInfo } from "../lists/records";
import { emptyStream, withEvent, withMessages } from "./session-stream";

const session: SessionInfo = {
  sessionId: "s",
  channelId: "c",
  agentId: "a",
  userId: "u",
  createdAt: "2026-01-01T00:00:00.000Z",
  lastActivity: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-01T01:00:00.000Z",
  metadata: {},
  timeoutConfig: { timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5 },
  renewalCount: 0,
  timeRemaining: 1,
  isNearExpiration: false,
};

const message = (id: string, second: number, content = id): Message => ({
  id,
  content,
  authorId: "a",
  isAgent: true,
  inReplyTo: "question",
  createdAt: `2026-01-01T00:00:0${second}.000Z`,
  metadata: {},
});

const frame = { id: "s.0.x", sessionId: "s", at: "2026-01-01T00:00:00.000Z" };
const delta = (index: number, text: string): SessionEvent => ({
  ...frame,
  type: "message.delta",
  messageId: "reply",
  inReplyTo: "question",
  index,
  text,
});
const started = (...pending: string[]): SessionEvent => ({
  ...frame,
  type: "session.started",
  session,
  pendingReplies: pending.map((messageId) => ({ messageId, inReplyTo: "question" })),
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

  it("knows when pieces are missing, and takes none twice", () => {
    expect(play(started("reply"), delta(4, "late")).replies).toMatchObject([{ text: "late", hasGap: true }]);
    expect(play(started(), delta(0, "a"), delta(0, "a")).replies).toMatchObject([
      { text: "a", hasGap: false },
    ]);
  });

  it("forgets on coming back what is no longer being written", () => {
    const writing = play(started(), delta(0, "half"));
    expect(withEvent(writing, started("reply")).replies).toMatchObject([{ text: "half" }]);
    expect(withEvent(writing, started()).replies).toEqual([]);
  });

  it("merges history and news in order, each once", () => {
    const live = play(started(), { ...frame, type: "message", message: message("b", 2) });
    const merged = withMessages(live, [message("a", 1), message("b", 2)]);
    expect(merged.messages.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(withMessages(merged, [message("a", 1)])).toBe(merged);
  });

  it("keeps in sight what was being written when the session ended", () => {
    const ended = play(started("reply", "other"), delta(0, "unfini"), {
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
