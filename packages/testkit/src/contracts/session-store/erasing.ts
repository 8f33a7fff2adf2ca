import type { Session } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { created, minute, newMessageDraft, newSessionDraft, type Setting } from "./setup.js";

const describeErasedChannels = (setting: () => Setting): void => {
  test("an erased channel is unknown, without its messages and its endings' reasons", async () => {
    const s = setting();
    const session = await s.create();
    const { channelId, sessionId } = session;
    await s.say(session, "private");
    const ending = await s.ended(session, "the reason");
    const bystander = await s.create();
    await s.say(bystander, "stays");
    const kept = await s.ended(bystander, "kept");
    expect(await s.other.eraseChannel(channelId)).toBe("erased");
    expect(await s.store.listMessages({ channelId, limit: 10 })).toEqual({ outcome: "unknown_channel" });
    expect(await s.store.readMessagesAfter(channelId, 0, 10)).toEqual([]);
    expect(await s.store.readEndings([sessionId])).toEqual([{ ...ending, reason: null }]);
    expect(await s.continueOn(session)).toEqual({ outcome: "channel_not_found" });
    expect(await s.store.eraseChannel(channelId)).toBe("unknown_channel");
    expect(await s.store.readEndings([kept.sessionId])).toEqual([kept]);
    expect(await s.page({ channelId: bystander.channelId, limit: 10 })).toMatchObject({
      contents: ["stays"],
    });
  });

  test("a channel with a live session is not erased", async () => {
    const s = setting();
    const session = await s.create();
    await s.say(session, "here");
    expect(await s.store.eraseChannel(session.channelId)).toBe("in_use");
    expect((await s.page({ channelId: session.channelId, limit: 10 })).contents).toEqual(["here"]);
    expect(await s.store.readSession(session.sessionId)).toMatchObject({ outcome: "live" });
  });

  test("a channel that never existed is unknown", async () => {
    expect(await setting().store.eraseChannel("nowhere")).toBe("unknown_channel");
  });

  test("erasing removes the reasons of every session of the channel", async () => {
    const s = setting();
    const first = await s.create();
    await s.ended(first, "one");
    const second = created(await s.continueOn(first));
    await s.ended(second, "two");
    await s.store.eraseChannel(first.channelId);
    const endings = await s.store.readEndings([first.sessionId, second.sessionId]);
    expect(endings.map(({ reason }) => reason)).toEqual([null, null]);
  });

  test("erasing removes what a kept key would return", async () => {
    const s = setting();
    const key = { key: "k", fingerprint: "body" };
    const session = created(await s.store.createSession(newSessionDraft({ metadata: { name: "Ada" } }), key));
    await s.end(session, "because", "end key");
    await s.store.eraseChannel(session.channelId);
    expect(await s.store.createSession(newSessionDraft(), key)).toEqual({
      outcome: "repeated",
      session: { ...session, metadata: {} },
    });
    expect(await s.end(session, "because", "end key")).toMatchObject({
      outcome: "repeated",
      ending: { reason: null },
    });
  });

  test("a channel whose session has expired can be erased, and its ending is recorded afterwards", async () => {
    const s = setting();
    const session = await s.create({ metadata: { name: "Ada" } });
    await s.advance(30 * minute);
    expect(await s.store.eraseChannel(session.channelId)).toBe("erased");
    expect(await s.store.readSession(session.sessionId)).toMatchObject({ gone: { state: "expired" } });
    expect(await s.store.expireSessions(10)).toMatchObject([{ sessionId: session.sessionId, reason: null }]);
    expect(await s.store.listMessages({ channelId: session.channelId, limit: 1 })).toEqual({
      outcome: "unknown_channel",
    });
  });

  test("a session that is created while its channel is erased has a channel or is refused", async () => {
    const s = setting();
    for (let round = 0; round < 10; round++) {
      const first = await s.create();
      await s.say(first);
      await s.ended(first);
      const continues = newSessionDraft({
        channelId: first.channelId,
        userId: first.userId,
        continues: true,
      });
      const [erased, outcome] = await Promise.all([
        s.store.eraseChannel(first.channelId),
        s.other.createSession(continues, null),
      ]);
      if (outcome.outcome === "created") expect(erased).toBe("in_use");
      else expect([erased, outcome.outcome]).toEqual(["erased", "channel_not_found"]);
    }
  });
};

const describeErasedUsers = (setting: () => Setting): void => {
  test("an erased user has no channel left, in whichever case the id is given, and nobody else loses one", async () => {
    const s = setting();
    const userId = crypto.randomUUID();
    const first = await s.create({ userId });
    await s.say(first, "one");
    await s.ended(first, "the reason");
    const second = await s.create({ userId: userId.toUpperCase() });
    await s.say(second, "two");
    await s.ended(second);
    const bystander = await s.create();
    await s.say(bystander, "stays");
    await s.ended(bystander, "kept");
    expect(await s.other.eraseUser(userId.toUpperCase())).toEqual({ outcome: "erased", channels: 2 });
    for (const { channelId } of [first, second])
      expect(await s.store.listMessages({ channelId, limit: 1 })).toEqual({ outcome: "unknown_channel" });
    const [ending] = await s.store.readEndings([first.sessionId]);
    expect(ending).toMatchObject({ reason: null, userId });
    expect(await s.continueOn(first)).toEqual({ outcome: "channel_not_found" });
    expect((await s.page({ channelId: bystander.channelId, limit: 1 })).contents).toEqual(["stays"]);
    expect(await s.store.eraseUser(userId)).toEqual({ outcome: "erased", channels: 0 });
    await s.create({ userId });
  });

  test("of a user with a live session nothing is erased", async () => {
    const s = setting();
    const userId = crypto.randomUUID();
    const over = await s.create({ userId });
    await s.say(over, "kept");
    await s.ended(over, "why");
    const live = await s.create({ userId: userId.toUpperCase() });
    expect(await s.store.eraseUser(userId)).toEqual({ outcome: "in_use" });
    expect((await s.page({ channelId: over.channelId, limit: 1 })).contents).toEqual(["kept"]);
    expect(await s.store.readEndings([over.sessionId])).toMatchObject([{ reason: "why" }]);
    const again = created(await s.continueOn(over));
    await s.ended(again);
    await s.ended(live);
    expect(await s.store.eraseUser(userId)).toEqual({ outcome: "erased", channels: 2 });
  });

  test("a user without a session is erased, and an expired session holds up nothing", async () => {
    const s = setting();
    expect(await s.store.eraseUser("nobody")).toEqual({ outcome: "erased", channels: 0 });
    const expired = await s.create({ metadata: { name: "Ada" } });
    await s.advance(30 * minute);
    expect(await s.store.eraseUser(expired.userId)).toEqual({ outcome: "erased", channels: 1 });
    await s.store.expireSessions(10);
    expect(await s.store.eraseUser(expired.userId)).toEqual({ outcome: "erased", channels: 0 });
  });

  test("a session that continues a channel while its user is erased lives on it or is refused", async () => {
    const s = setting();
    for (let round = 0; round < 10; round++) {
      const userId = crypto.randomUUID();
      const [first, second] = [await s.create({ userId }), await s.create({ userId })];
      for (const session of [first, second]) await s.ended(session);
      const { channelId } = first;
      const draft = newSessionDraft({ channelId, userId, continues: true });
      const create = () => s.other.createSession(draft, null);
      // A store that runs its writes in their order has a race only if the create may come first.
      const early = round % 2 === 0 ? create() : null;
      const [erased, outcome] = await Promise.all([s.store.eraseUser(userId), early ?? create()]);
      if (outcome.outcome === "created") expect(erased).toEqual({ outcome: "in_use" });
      else
        expect([erased, outcome.outcome]).toEqual([{ outcome: "erased", channels: 2 }, "channel_not_found"]);
      if (outcome.outcome === "created")
        expect((await s.page({ channelId: second.channelId, limit: 1 })).contents).toEqual([]);
    }
  });
};

const describeRetention = (setting: () => Setting): void => {
  test("retention deletes at most the limit of oldest endings, and their histories", async () => {
    const s = setting();
    const old = [];
    for (let i = 0; i < 3; i++) {
      const session = await s.create();
      await s.say(session);
      old.push(await s.ended(session));
      await s.advance(1);
    }
    const young = await s.create();
    await s.say(young);
    const kept = await s.ended(young);
    const cutoff = kept.endedAt;
    expect(await s.store.deleteEndedBefore(cutoff, 2)).toBe(2);
    expect(await s.store.readEndings(old.map(({ sessionId }) => sessionId))).toEqual([old[2]]);
    expect(await s.store.deleteEndedBefore(cutoff, 2)).toBe(1);
    expect(await s.store.deleteEndedBefore(cutoff, 2)).toBe(0);
    for (const { channelId, sessionId } of old) {
      expect(await s.store.listMessages({ channelId, limit: 1 })).toEqual({ outcome: "unknown_channel" });
      expect(await s.store.readMessagesAfter(channelId, 0, 1)).toEqual([]);
      expect(await s.store.readSession(sessionId)).toMatchObject({ gone: { state: "unknown" } });
    }
    expect(await s.store.readEndings([kept.sessionId])).toEqual([kept]);
    expect((await s.page({ channelId: kept.channelId, limit: 1 })).contents).toHaveLength(1);
  });

  test("retention keeps a channel that a live session or a newer ending needs", async () => {
    const s = setting();
    const [live, ended] = [await s.create(), await s.create()];
    for (const session of [live, ended]) {
      await s.say(session);
      await s.ended(session);
    }
    await s.advance(1);
    const cutoff = s.store.now();
    const second = created(await s.continueOn(live));
    await s.ended(created(await s.continueOn(ended)));
    expect(await s.store.deleteEndedBefore(cutoff, 10)).toBe(2);
    for (const { channelId } of [live, ended])
      expect((await s.page({ channelId, limit: 10 })).contents).toHaveLength(1);
    expect(await s.say(second)).toMatchObject({ seq: 2 });
  });
};

const describeContinuedRetention = (setting: () => Setting): void => {
  test("retention deletes no message of a session that continues an old channel meanwhile", async () => {
    const s = setting();
    for (let round = 0; round < 5; round++) {
      const old = await Promise.all(Array.from({ length: 8 }, () => s.create()));
      for (const session of old) {
        await s.say(session, "old");
        await s.ended(session);
      }
      await s.advance(1);
      const continueAndSay = async ({ channelId, userId }: Session) => {
        const draft = newSessionDraft({ channelId, userId, continues: true });
        // At once, so that a store that runs its writes in their order has both before the deletions.
        const [, said] = await Promise.all([
          s.other.createSession(draft, null),
          s.other.appendMessage(newMessageDraft(draft.sessionId, { content: "new" })),
        ]);
        return said.outcome === "stored" ? [channelId] : [];
      };
      const deleted = s.store.deleteEndedBefore(s.store.now(), 10);
      const continued = (await Promise.all(old.map(continueAndSay))).flat();
      await deleted;
      for (const channelId of continued)
        expect((await s.page({ channelId, limit: 1 })).contents).toEqual(["new"]);
    }
  });
};

export const describeErasing = (setting: () => Setting): void => {
  describeErasedChannels(setting);
  describeErasedUsers(setting);
  describeRetention(setting);
  describeContinuedRetention(setting);
};
