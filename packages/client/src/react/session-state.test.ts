import { expect, test } from "vitest";
import type { Message, SessionEvent } from "../shapes.js";
import {
  initialState,
  type SessionState,
  shownMessages,
  withEarlier,
  withEvent,
  withHistory,
  withMessages,
} from "./session-state.js";

const at = "2026-01-01T00:00:00.000Z";
const base = { id: "e", sessionId: "s", at };
const message = (id: string, second: number, inReplyTo: string | null = null): Message => ({
  id,
  content: id,
  authorId: "u",
  isAgent: inReplyTo !== null,
  inReplyTo,
  createdAt: `2026-01-01T00:00:0${second}.000Z`,
  metadata: {},
});
const delta = (index: number, text: string): SessionEvent => ({
  ...base,
  type: "message.delta",
  messageId: "r",
  inReplyTo: "q",
  index,
  text,
});
const pending = (text: string | null, nextIndex: number | null): SessionEvent => ({
  ...base,
  type: "session.started",
  session: {
    sessionId: "s",
    channelId: "c",
    agentId: "a",
    userId: "u",
    createdAt: at,
    lastActivity: at,
    metadata: {},
    expiresAt: at,
    timeoutConfig: {
      timeoutMinutes: 30,
      autoRenew: true,
      maxDurationMinutes: 720,
      warningThresholdMinutes: 5,
    },
    renewalCount: 0,
    timeRemaining: 0,
    isNearExpiration: false,
  },
  pendingReplies: [{ messageId: "r", inReplyTo: "q", text, nextIndex }],
});

const after = (...events: readonly SessionEvent[]): SessionState => events.reduce(withEvent, initialState);
const shown = (state: SessionState) =>
  shownMessages(state).map(({ content, isWriting }) => (isWriting ? `${content}…` : content));

test("a reply grows piece by piece, until its message takes its place", () => {
  const growing = after(delta(0, "one "), delta(1, "two"));
  expect(shown(growing)).toEqual(["one two…"]);
  expect(shown(withEvent(growing, { ...base, type: "message", message: message("r", 1, "q") }))).toEqual([
    "r",
  ]);
});

test("the text so far goes on with the next piece, and pieces that it holds already are none", () => {
  expect(shown(after(pending("one two ", 2), delta(1, "two "), delta(2, "three")))).toEqual([
    "one two three…",
  ]);
  expect(shown(after(delta(0, "one "), pending("one two ", 2), delta(2, "three")))).toEqual([
    "one two three…",
  ]);
});

test("text that could not be had is what is known, and pieces follow it", () => {
  expect(shown(after(delta(0, "one "), pending(null, null), delta(5, "six")))).toEqual(["one six…"]);
  expect(shown(after(pending(null, null)))).toEqual([]);
});

test("a reply that the server does not name any more is gone", () => {
  const started = pending("", 0);
  const none = started.type === "session.started" ? { ...started, pendingReplies: [] } : started;
  expect(shown(after(delta(0, "one"), none))).toEqual([]);
});

test("a reply that failed is gone", () => {
  const failed = { ...base, type: "message.failed", inReplyTo: "q", code: "AGENT_FAILED" } as const;
  expect(shown(after(delta(0, "one"), failed))).toEqual([]);
});

test("messages stand once and in order, however they come", () => {
  const live = after({ ...base, type: "message", message: message("c", 3) });
  const loaded = withMessages(live, [message("c", 3), message("b", 2, "a"), message("a", 1)]);
  expect(shown(withMessages(loaded, [message("a", 1)]))).toEqual(["a", "b", "c"]);
});

test("earlier messages are there until the first page of the channel is loaded, also after a reconnect", () => {
  const newest = { messages: [message("c", 3)], hasMore: true };
  const loaded = withHistory(initialState, newest);
  expect(loaded.hasEarlier).toBe(true);
  const first = withEarlier(loaded, { messages: [message("b", 2), message("a", 1)], hasMore: false });
  expect(shown(first)).toEqual(["a", "b", "c"]);
  expect(first.hasEarlier).toBe(false);
  expect(withHistory(first, newest).hasEarlier).toBe(false);
  expect(withHistory(loaded, newest).hasEarlier).toBe(true);
});

test("a session that is over has no earlier messages to load, however late a page comes", () => {
  const page = { messages: [message("c", 3)], hasMore: true };
  const ended = withEvent(withHistory(initialState, page), {
    ...base,
    type: "session.ended",
    cause: "requested",
    reason: null,
    endedAt: at,
  });
  expect(ended.hasEarlier).toBe(false);
  expect(withEarlier(ended, page).hasEarlier).toBe(false);
  expect(withHistory(ended, page).hasEarlier).toBe(false);
});

test("the end leaves the stored messages and nothing that was being written", () => {
  const ended = {
    ...base,
    type: "session.ended",
    cause: "requested",
    reason: "enough",
    endedAt: at,
  } as const;
  const state = after({ ...base, type: "message", message: message("q", 1) }, delta(0, "one"), ended);
  expect(shown(state)).toEqual(["q"]);
  expect(state).toMatchObject({
    status: "ended",
    ending: { cause: "requested", reason: "enough", endedAt: at },
  });
});
