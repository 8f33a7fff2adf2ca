import type { ClaimedDelivery } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { admin, minute } from "../session-store/setup.js";
import { type WebhookSetting, watchedAgent } from "./setup.js";

export const describeOutbox = (setting: () => WebhookSetting): void => {
  test("each kind of end has one delivery, with its ending, and the losers of a race have none", async () => {
    const s = setting();
    const [ended, bulk, expired] = [await s.create(), await s.create(), await s.create()];
    const blocked = await s.create();
    await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 ? s.end(ended) : s.end(ended, null, `${i}`))),
    );
    await s.endMatching({ sessionIds: [bulk.sessionId] });
    await s.store.blockUser({ userId: blocked.userId, until: null, reason: null, caller: admin });
    await s.advance(31 * minute);
    await Promise.all([s.store.expireSessions(10), s.other.expireSessions(10)]);
    const claimed: ClaimedDelivery[] = [];
    for (let more = await s.claim(); more.length > 0; more = await s.claim()) {
      claimed.push(...more);
      for (const one of more) await s.finish(one, "delivered");
    }
    const delivered = claimed.flatMap(({ content }) =>
      content.event === "session.ended" ? [content.ending] : [],
    );
    const ids = [ended, bulk, expired, blocked].map(({ sessionId }) => sessionId);
    const byId = (a: { sessionId: string }, b: { sessionId: string }) => (a.sessionId < b.sessionId ? -1 : 1);
    expect([...delivered].sort(byId)).toEqual([...(await s.store.readEndings(ids))].sort(byId));
  });

  test("an end over MCP says so in its ending and in its delivery", async () => {
    const s = setting();
    const caller = { ...admin, via: "mcp" } as const;
    const sessions = [await s.create(), await s.create(), await s.create(), await s.create()];
    const [alone, keyed, bulk, blocked] = sessions;
    if (!alone || !keyed || !bulk || !blocked) throw new Error("Nothing was created");
    const end = { reason: null, caller };
    await s.store.endSession({ ...end, sessionId: alone.sessionId, idempotencyKey: null });
    await s.store.endSession({ ...end, sessionId: keyed.sessionId, idempotencyKey: "key" });
    await s.store.endMatching({ sessionIds: [bulk.sessionId] }, { ...end, limit: 10 });
    await s.store.blockUser({ ...end, userId: blocked.userId, until: null });
    const plain = await s.ended(await s.create());
    const endings = await s.other.readEndings(sessions.map(({ sessionId }) => sessionId));
    expect(endings.map(({ actor, via }) => ({ actor, via }))).toEqual(
      Array(4).fill({ actor: admin.actor, via: "mcp" }),
    );
    expect(plain).not.toHaveProperty("via");
    for (const one of await s.claim()) await s.finish(one, "delivered");
    const delivered = (await s.claim()).flatMap(({ content }) =>
      "ending" in content ? [content.ending] : [],
    );
    expect(delivered).toHaveLength(5);
    expect(delivered).toEqual(expect.arrayContaining([...endings, plain]));
  });

  test("a create, on a new channel, an old one and with a key, has one delivery, with its session", async () => {
    const s = setting();
    const session = await s.create({ metadata: { nested: { a: [1, "é"] } } });
    const [first] = await s.claim();
    expect(first?.content).toEqual({ event: "session.created", session });
    await s.ended(session);
    const next = await s.continueOn(session);
    expect(next.outcome).toBe("created");
    await s.continueOn(session);
    expect(await s.events()).toEqual(["session.created", "session.ended", "session.created"]);
  });

  test("a warning has one delivery over all nodes", async () => {
    const s = setting();
    const session = await s.create();
    await s.advance(26 * minute);
    await Promise.all([s.store.claimWarnings(10), s.other.claimWarnings(10)]);
    expect(await s.events()).toEqual(["session.expiring", "session.created"]);
    const [created] = await s.claim();
    if (created) await s.finish(created, "delivered");
    const [expiring] = await s.claim();
    expect(expiring?.content).toMatchObject({ event: "session.expiring", session: { ...session } });
  });

  test("a failed reply has one delivery, and only in a live session", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId, channelId, agentId, userId } = session;
    const [reply, late] = [await s.ask(session), await s.ask(session)];
    const failure = { code: "AGENT_FAILED", message: "no", details: {} } as const;
    await Promise.all([
      s.store.failReply({ sessionId, messageId: reply.messageId, failure }),
      s.other.failReply({ sessionId, messageId: reply.messageId, failure }),
    ]);
    await s.ended(session);
    expect(await s.store.failReply({ sessionId, messageId: late.messageId, failure })).toBe(true);
    expect(await s.events()).toEqual(["session.ended", "message.failed", "session.created"]);
    const [created] = await s.claim();
    if (created) await s.finish(created, "delivered");
    const { messageId, inReplyTo } = reply;
    const failed = { sessionId, channelId, agentId, userId, messageId, inReplyTo, code: failure.code };
    expect((await s.claim())[0]?.content).toEqual({ event: "message.failed", failed });
  });

  test("a failure that is concurrent with the end is delivered before it or not at all", async () => {
    const s = setting();
    for (let round = 0; round < 10; round++) {
      const session = await s.create();
      const { sessionId } = session;
      const { messageId } = await s.ask(session);
      const failure = { code: "AGENT_FAILED", message: "no", details: {} } as const;
      await Promise.all([s.other.failReply({ sessionId, messageId, failure }), s.end(session)]);
      const { deliveries } = await s.store.listDeliveries({ sessionId }, { limit: 10 });
      expect(deliveries[0]?.event).toBe("session.ended");
    }
  });

  test("an endpoint gets only its events and agents, compared without regard to case", async () => {
    const s = setting();
    await s.ended(await s.create());
    await s.ended(await s.create({ agentId: watchedAgent.toUpperCase() }));
    expect(await s.events("one")).toEqual(["session.ended"]);
  });
};
