import { queryWords, replyLeaseMs, type Session } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { created, type Setting } from "./setup.js";

/** Indexes all that was committed, on both nodes at once. */
const index = async ({ store, other }: Setting): Promise<void> => {
  const all = async (node: Setting["store"]) => {
    while (await node.indexConversations());
  };
  await Promise.all([all(store), all(other)]);
  // A node that finds the other one at work does nothing.
  await all(store);
};

const ids = (rows: readonly { sessionId: string }[]) => rows.map(({ sessionId }) => sessionId).sort();

/** The live sessions that a query finds, as a caller would give it. */
const find = async (s: Setting, q: string): Promise<string[]> => {
  const { sessions, total } = await s.store.listSessions({ words: queryWords(q) }, { limit: 100 });
  expect(total).toBe(sessions.length);
  return ids(sessions);
};

const findEnded = async (s: Setting, q: string): Promise<string[]> =>
  ids((await s.store.listEndings({ words: queryWords(q) }, { limit: 100 })).endings);

const describeWords = (setting: () => Setting): void => {
  test("a query finds the conversation that contains all its words, in any message or in metadata", async () => {
    const s = setting();
    const session = await s.create({ metadata: { customer: { names: ["Ada Lovelace"], age: 36 } } });
    await s.say(session, "My invoice is wrong");
    await s.converse(session, { content: "Which number does it have?" });
    const other = await s.create({ metadata: { plan: "gold" } });
    await s.say(other, "invoice, number of");
    await index(s);
    for (const q of [
      "invoice number lovelace",
      "ADA wrong",
      "which my have",
      "love",
      "wrong, ada!",
      "lovelace inv",
      "my invoice is wrong which number does lovel",
    ])
      expect(await find(s, q), q).toEqual([session.sessionId]);
    for (const q of [
      "invoice gold lovelace",
      "invoic number",
      "my invoice is wrong which number gold",
      "customer",
      "36",
      "oice",
      "wrong numbers",
    ])
      expect(await find(s, q), q).toEqual([]);
    expect(await find(s, "invoice number")).toEqual(ids([session, other]));
  });

  test.each([
    ["Crème brûlée", "creme BRULEE"],
    ["creme brulee", "CRÈME brû"],
    ["e\u0301cole", "école"],
    ["Straße in Łódź", "STRASSE lodz"],
    ["ΣΟΦΟΣ", "σοφός"],
    ["Ёлка и чай", "елка чаи"],
    ["İstanbul", "istanbul"],
    ["ｆｕｌｌ width", "full"],
    ["会话已经结束", "会话"],
    ["대화가 끝났다", "대화"],
    ["मेरी किताब", "किताब"],
    ["سَلام", "سلام"],
    ["don't re-send order#4711/B", "order 4711 b"],
    ["mail to ada@example.com now", "ada@example.com"],
    ["x".repeat(4_000), "x".repeat(200)],
    ["party 🎉 time", "🎉 party time"],
  ])("%j is found by %j", async (content, q) => {
    const s = setting();
    const session = await s.create();
    await s.say(session, content);
    await s.say(await s.create(), "something else");
    await index(s);
    expect(await find(s, q)).toEqual([session.sessionId]);
  });

  test.each([
    ["会话已经结束", "结束"],
    ["मेरी किताब", "कतब"],
    ["foot ball", "football"],
  ])("%j is not found by %j", async (content, q) => {
    const s = setting();
    await s.say(await s.create(), content);
    await index(s);
    expect(await find(s, q)).toEqual([]);
  });

  test.each(["", "   ", "-- ' \" *", "🎉", "%_\\"])("the query %j has no word, and is none", (q) => {
    expect(queryWords(q)).toBeUndefined();
  });

  test("operators and quotes of a search engine mean nothing", async () => {
    const s = setting();
    const session = await s.create();
    await s.say(session, "alpha beta not or near");
    await index(s);
    for (const q of [
      "alpha OR",
      'alpha" OR "',
      "alpha NOT",
      "NEAR(alpha beta)",
      "alpha & beta",
      "words:alpha",
      "alpha\0",
    ])
      expect(await find(s, q), q).toEqual(q.startsWith("words") ? [] : [session.sessionId]);
    for (const q of [
      "alpha OR zulu",
      "zulu*",
      "alp* zulu",
      "'; DROP TABLE sessions; --",
      "!zulu",
      "alpha:*b zulu",
      "alph beta",
    ])
      expect(await find(s, q), q).toEqual([]);
  });

  test("a query is combined with the other filters, and its pages have no gap", async () => {
    const s = setting();
    const agentId = crypto.randomUUID();
    const wanted: Session[] = [];
    for (let i = 0; i < 5; i++) {
      const session = await s.create({ agentId });
      await s.say(session, "a needle");
      wanted.push(session);
      await s.say(await s.create(), "a needle");
      await s.create({ agentId });
    }
    await index(s);
    const filter = { agentId, words: queryWords("needle") };
    const first = await s.store.listSessions(filter, { limit: 3 });
    expect(first.total).toBe(5);
    const second = await s.store.listSessions(filter, { limit: 3, after: first.next ?? undefined });
    expect(second.next).toBeNull();
    expect(ids([...first.sessions, ...second.sessions])).toEqual(ids(wanted));
  });
};

const describeIndex = (setting: () => Setting): void => {
  test("what a live session is found by still finds its ending, and both sessions of a channel", async () => {
    const s = setting();
    const first = await s.create({ metadata: { plan: "gold" } });
    await s.say(first, "the first part");
    await index(s);
    await s.ended(first);
    const second = created(await s.continueOn(first));
    await s.say(second, "the second part");
    await index(s);
    for (const q of ["gold", "first part", "first second gold"]) {
      expect(await find(s, q)).toEqual([second.sessionId]);
      expect(await findEnded(s, q)).toEqual([first.sessionId]);
    }
    await s.ended(second);
    expect(await findEnded(s, "second gold")).toEqual(ids([first, second]));
  });

  test("a session that ended before it was indexed is found by its messages and its metadata", async () => {
    const s = setting();
    const silent = await s.create({ metadata: { plan: "silver" } });
    const spoken = await s.create({ metadata: { plan: "silver" } });
    await s.say(spoken, "hello");
    for (const session of [silent, spoken]) await s.ended(session);
    await index(s);
    expect(await findEnded(s, "silver")).toEqual(ids([silent, spoken]));
    expect(await findEnded(s, "silver hello")).toEqual([spoken.sessionId]);
  });

  test("many messages are indexed in bounded runs, each once", async () => {
    const s = setting();
    const session = await s.create();
    for (let from = 0; from < 700; from += 100) {
      const says = Array.from({ length: 100 }, (_, i) =>
        s.say(session, `number${from + i} ${"filler ".repeat(20)}`),
      );
      await Promise.all(says);
      // More replies may begin once these have lapsed.
      await s.advance(replyLeaseMs);
    }
    await index(s);
    for (const q of ["number0 number699", "number100 number17"])
      expect(await find(s, q)).toEqual([session.sessionId]);
    expect(await s.store.indexConversations()).toBe(false);
  });

  test("erasing a channel removes what was indexed, and what was about to be", async () => {
    const s = setting();
    const erased = await s.create({ metadata: { plan: "gold" } });
    const kept = await s.create({ metadata: { plan: "gold" } });
    for (const session of [erased, kept]) {
      await s.say(session, "secret one");
      await index(s);
      await s.say(session, "secret two");
      await s.ended(session);
    }
    const waiting = await s.create({ metadata: { plan: "gold" } });
    await s.say(waiting, "secret one two");
    await s.ended(waiting);
    for (const { channelId } of [erased, waiting])
      expect(await s.other.eraseChannel(channelId)).toBe("erased");
    expect(await findEnded(s, "gold secret")).toEqual([kept.sessionId]);
    const later = await s.create();
    await s.say(later, "said afterwards");
    await index(s);
    expect(await find(s, "afterwards")).toEqual([later.sessionId]);
    for (const q of ["gold", "secret one", "secret two"])
      expect(await findEnded(s, q)).toEqual([kept.sessionId]);
  });

  test("a message that takes the place of an erased one is indexed", async () => {
    const s = setting();
    const erased = await s.create();
    for (let i = 0; i < 3; i++) await s.say(erased, "secret");
    await index(s);
    await s.ended(erased);
    await s.store.eraseChannel(erased.channelId);
    const later = await s.create();
    await s.say(later, "said afterwards");
    await index(s);
    expect(await find(s, "afterwards")).toEqual([later.sessionId]);
  });

  test("a channel that is erased while it is indexed leaves nothing", async () => {
    const s = setting();
    for (let round = 0; round < 5; round++) {
      const session = await s.create({ metadata: { plan: "gold" } });
      for (let i = 0; i < 5; i++) await s.say(session, `secret ${i}`);
      await s.ended(session);
      const [, , outcome] = await Promise.all([
        s.store.indexConversations(),
        s.other.indexConversations(),
        s.other.eraseChannel(session.channelId),
      ]);
      expect(outcome).toBe("erased");
    }
    await index(s);
    expect(await findEnded(s, "secret")).toEqual([]);
    expect(await findEnded(s, "gold")).toEqual([]);
  });

  test("retention removes what was indexed", async () => {
    const s = setting();
    const old = await s.create({ metadata: { plan: "gold" } });
    await s.say(old, "secret");
    await s.ended(old);
    await index(s);
    await s.advance(1);
    const kept = await s.create({ metadata: { plan: "gold" } });
    const { endedAt } = await s.ended(kept);
    await s.store.deleteEndedBefore(endedAt, 10);
    await index(s);
    expect(await findEnded(s, "gold")).toEqual([kept.sessionId]);
    expect(await findEnded(s, "secret")).toEqual([]);
  });
};

export const describeFinding = (setting: () => Setting): void => {
  describeWords(setting);
  describeIndex(setting);
};
