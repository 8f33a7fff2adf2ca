import type { Message, SessionEvent } from "@adjourn/client";
import { describe, expect, test } from "vitest";
import { describeEvent } from "./describe-event.js";

const at = "2026-01-01T00:00:00.000Z";
const common = { id: "s.1.a", sessionId: "s", at };
const session = {
  sessionId: "s",
  channelId: "c",
  agentId: "g",
  userId: "u",
  createdAt: at,
  lastActivity: at,
  metadata: {},
  expiresAt: at,
  timeoutConfig: { timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5 },
  renewalCount: 0,
  timeRemaining: 1,
  isNearExpiration: false,
};

const started = (...replies: { messageId: string; text: string | null }[]): SessionEvent => ({
  ...common,
  type: "session.started",
  session,
  pendingReplies: replies.map(({ messageId, text }) => ({
    messageId,
    inReplyTo: "user-message",
    text,
    nextIndex: text === null ? null : 1,
  })),
});

const delta = (messageId: string, text: string): SessionEvent => ({
  ...common,
  type: "message.delta",
  messageId,
  inReplyTo: "user-message",
  index: 1,
  text,
});

const reply = (id: string, content: string, finishReason: Message["finishReason"]): SessionEvent => ({
  ...common,
  type: "message",
  message: {
    id,
    content,
    authorId: "g",
    isAgent: true,
    inReplyTo: "user-message",
    createdAt: at,
    metadata: {},
    finishReason,
  },
});

const describeAll = (...events: readonly SessionEvent[]): string => events.map(describeEvent()).join("");
const listening = `listening; runs until ${at}\n`;

describe("a reply that is in flight when watching begins", () => {
  test("is shown with its text so far, which its pieces continue", () => {
    expect(
      describeAll(
        started({ messageId: "r", text: "one" }),
        delta("r", " two"),
        reply("r", "one two", "stop"),
      ),
    ).toBe(`${listening}agent: one two\n`);
  });

  test("does not run into another one's text", () => {
    expect(
      describeAll(
        started(
          { messageId: "a", text: "one" },
          { messageId: "b", text: "two" },
          { messageId: "c", text: "" },
        ),
        delta("b", " three"),
      ),
    ).toBe(`${listening}agent: one\nagent: two three`);
  });

  test("is shown as a whole at its end if its text so far could not be had", () => {
    expect(
      describeAll(started({ messageId: "r", text: null }), delta("r", " two"), reply("r", "one two", "stop")),
    ).toBe(`${listening}agent:  two\nagent: one two\n`);
  });
});

describe("a reply that was cut says why", () => {
  test.each([
    ["cancelled", " (cancelled)"],
    ["length", " (cut at the model's token limit)"],
    ["content_filter", " (cut by a content filter)"],
    ["stop", ""],
    ["other", ""],
  ] as const)("%s: %j", (finishReason, note) => {
    expect(describeAll(reply("r", "one", finishReason))).toBe(`agent: one${note}\n`);
    expect(describeAll(delta("r", "one"), reply("r", "one", finishReason))).toBe(`agent: one${note}\n`);
  });
});
