import type { Session, SessionOrder } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { created, minute, type Setting } from "./setup.js";

const describeOrders = (setting: () => Setting): void => {
  test("sessions are listed by their expiry, soonest first, in pages without a gap", async () => {
    const s = setting();
    const all: Session[] = [];
    for (const timeoutMinutes of [30, 10, 20, 10, 40])
      all.push(await s.create({ timeoutConfig: { timeoutMinutes } }));
    const order = [...all].sort((a, b) => a.expiresAt - b.expiresAt || (a.sessionId < b.sessionId ? -1 : 1));
    const list = (after?: { time: number; id: string }) =>
      s.store.listSessions({}, { limit: 2, sort: "expiresAt" satisfies SessionOrder, after });
    const seen: string[] = [];
    let page = await list();
    // One that was shown moves behind the others, and may be shown again; none that stays is missed.
    await s.store.updateTimeout(order[0]?.sessionId ?? "", { timeoutMinutes: 60 });
    for (;;) {
      seen.push(...page.sessions.map(({ sessionId }) => sessionId));
      if (!page.next) break;
      page = await list(page.next);
    }
    expect(seen).toEqual([...order, order[0]].map((session) => session?.sessionId));
  });

  test("lists are limited to a range of times, and endings to an actor", async () => {
    const s = setting();
    const early = await s.create();
    await s.advance(minute);
    const late = await s.create();
    const created = (filter: object) => s.store.listSessions(filter, { limit: 10 });
    expect(await created({ from: late.createdAt })).toMatchObject({ total: 1, sessions: [late] });
    expect(await created({ to: late.createdAt })).toMatchObject({ total: 1, sessions: [early] });
    expect(await created({ from: early.createdAt, to: late.createdAt + 1 })).toMatchObject({ total: 2 });
    const first = await s.ended(early);
    await s.advance(minute);
    const second = await s.ended(late);
    const ended = async (filter: object) => (await s.store.listEndings(filter, { limit: 10 })).endings;
    expect(await ended({ from: second.endedAt, search: late.sessionId })).toEqual([second]);
    expect(await ended({ from: first.endedAt, to: second.endedAt })).toEqual([first]);
    expect(await ended({ actor: "ops" })).toEqual([second, first]);
    expect(await ended({ actor: "Ops" })).toEqual([]);
  });
};

const describeLastMessages = (setting: () => Setting): void => {
  test("the last message of each channel is read, whoever wrote it, also an earlier session's", async () => {
    const s = setting();
    const [spoken, answered, silent] = [await s.create(), await s.create(), await s.create()];
    await s.say(spoken, "first");
    const last = await s.say(spoken, "é".repeat(1_000));
    const reply = await s.converse(answered, { content: "the answer" });
    await s.ended(answered);
    created(await s.continueOn(answered));
    const channelIds = [spoken, answered, silent].map(({ channelId }) => channelId);
    const found = await s.other.readLastMessages([...channelIds, "nowhere"]);
    expect([...found.keys()].sort()).toEqual(channelIds.slice(0, 2).sort());
    expect(found.get(spoken.channelId)).toMatchObject({ isAgent: false, createdAt: last.createdAt });
    expect(found.get(spoken.channelId)?.content.startsWith("é".repeat(200))).toBe(true);
    const { content, createdAt } = reply;
    expect(found.get(answered.channelId)).toMatchObject({ content, isAgent: true, createdAt });
  });
};

export const describeOrdering = (setting: () => Setting): void => {
  describeOrders(setting);
  describeLastMessages(setting);
};
