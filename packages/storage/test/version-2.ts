import type { SessionStore } from "@adjourn/sessions";
import { newMessageDraft } from "@adjourn/testkit";
import { expect } from "vitest";

/**
 * The databases in `fixtures/` were made by the version before replies had records of their own: one live and one ended
 * session, each with a message and its reply, both with idempotency keys.
 */
export interface Version2 {
  readonly live: string;
  readonly liveChannel: string;
  readonly ended: string;
  readonly endedChannel: string;
}

/** Everything that was stored is still there, and what came later works on it. */
export const expectMigrated = async (
  store: SessionStore,
  { live, liveChannel, ended, endedChannel }: Version2,
): Promise<void> => {
  const [question, reply] = await store.readMessagesAfter(liveChannel, 0, 10);
  expect(question).toMatchObject({ content: "hello ✓", attachments: [{ name: "é" }], finishReason: null });
  expect(reply).toMatchObject({
    content: "hello ✓",
    inReplyTo: question?.id,
    finishReason: "stop",
    usage: null,
  });
  expect(await store.readMessagesAfter(endedChannel, 0, 10)).toHaveLength(2);
  const [ending] = await store.readEndings([ended]);
  expect(ending).toMatchObject({ reason: "done", messageCount: 2 });
  expect(ending).not.toHaveProperty("usage");
  const retry = { sessionId: ended, reason: null, idempotencyKey: "end-it" };
  const caller = { endedBy: "admin", actor: null } as const;
  expect(await store.endSession({ ...retry, caller })).toMatchObject({ outcome: "repeated" });

  const idempotency = { key: "k", fingerprint: "f" };
  const draft = newMessageDraft(live, { idempotency });
  expect(await store.appendMessage(draft)).toMatchObject({ outcome: "stored", message: { seq: 3 } });
  expect(await store.appendMessage(draft)).toMatchObject({ outcome: "repeated" });
  const usage = { inputTokens: 3, outputTokens: 4 };
  const finished = { content: "hi", finishReason: "length", usage } as const;
  const { messageId } = draft.reply;
  const stored = await store.appendReply({ sessionId: live, messageId, inReplyTo: draft.id, ...finished });
  expect(stored).toMatchObject({ outcome: "stored", message: { seq: 4, finishReason: "length", usage } });
  const end = { sessionId: live, reason: null, idempotencyKey: null };
  expect(await store.endSession({ ...end, caller })).toMatchObject({ ending: { messageCount: 4, usage } });
};
