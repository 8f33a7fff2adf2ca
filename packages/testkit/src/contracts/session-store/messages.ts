import type { Session } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { created, type Setting } from "./setup.js";

/** Sends messages "1" to "n" in one millisecond. */
const conversation = async (s: Setting, count: number): Promise<Session> => {
  const session = await s.create();
  for (let i = 1; i <= count; i++) await s.say(session, `${i}`);
  return session;
};
const at = async (s: Setting, { channelId }: Session, seq: number) => {
  const [message] = await s.store.readMessagesAfter(channelId, seq - 1, 1);
  if (!message) throw new Error(`No message ${seq}`);
  return message;
};

const describePages = (setting: () => Setting): void => {
  test("a channel without messages has an empty page, and an unknown one has none", async () => {
    const s = setting();
    const { channelId } = await s.create();
    expect(await s.page({ channelId, limit: 10 })).toEqual({ contents: [], hasMore: false });
    expect(await s.store.listMessages({ channelId: "nowhere", limit: 10 })).toEqual({
      outcome: "unknown_channel",
    });
    expect(await s.store.listMessages({ channelId: "nowhere", limit: 10, before: { id: "x" } })).toEqual({
      outcome: "unknown_channel",
    });
  });

  test("the newest messages are first, and hasMore is exact", async () => {
    const s = setting();
    const { channelId } = await conversation(s, 5);
    expect(await s.page({ channelId, limit: 3 })).toEqual({ contents: ["5", "4", "3"], hasMore: true });
    expect(await s.page({ channelId, limit: 5 })).toEqual({
      contents: ["5", "4", "3", "2", "1"],
      hasMore: false,
    });
    expect((await s.page({ channelId, limit: 4 })).hasMore).toBe(true);
  });

  test("before and after give the next older and newer messages, by id and by time", async () => {
    const s = setting();
    const session = await conversation(s, 9);
    const { channelId } = session;
    const fifth = await at(s, session, 5);
    for (const bound of [{ id: fifth.id }, { time: fifth.createdAt }]) {
      const page = (range: object) => s.page({ channelId, limit: 3, ...range });
      expect(await page({ before: bound })).toEqual({ contents: ["4", "3", "2"], hasMore: true });
      expect(await page({ before: bound, limit: 4 })).toMatchObject({ hasMore: false });
      expect(await page({ after: bound })).toEqual({ contents: ["8", "7", "6"], hasMore: true });
      expect(await page({ after: bound, limit: 4 })).toEqual({
        contents: ["9", "8", "7", "6"],
        hasMore: false,
      });
    }
  });
};

const describeBounds = (setting: () => Setting): void => {
  test("two bounds give the messages from the upper bound down to the lower", async () => {
    const s = setting();
    const session = await conversation(s, 9);
    const [second, eighth] = [await at(s, session, 2), await at(s, session, 8)];
    const before = { time: eighth.createdAt };
    const after = { id: second.id };
    const page = (range: object) =>
      s.page({ channelId: session.channelId, limit: 3, before, after, ...range });
    expect(await page({})).toEqual({ contents: ["7", "6", "5"], hasMore: true });
    expect(await page({ limit: 5 })).toEqual({ contents: ["7", "6", "5", "4", "3"], hasMore: false });
    expect(await page({ limit: 4 })).toMatchObject({ hasMore: true });
    expect(await page({ before: after, after: before })).toEqual({ contents: [], hasMore: false });
  });

  test("bounds are exclusive and may be outside or between the messages", async () => {
    const s = setting();
    const session = await conversation(s, 3);
    const { channelId } = session;
    const first = await at(s, session, 1);
    const page = (range: object) => s.page({ channelId, limit: 10, ...range });
    expect((await page({ before: { time: first.createdAt } })).contents).toEqual([]);
    expect((await page({ before: { time: first.createdAt + 1 } })).contents).toEqual(["1"]);
    expect((await page({ after: { time: first.createdAt + 2 } })).contents).toEqual([]);
    expect((await page({ after: { time: 0 } })).contents).toEqual(["3", "2", "1"]);
    expect((await page({ before: { time: 0 } })).contents).toEqual([]);
    expect((await page({ before: { time: 8_640_000_000_000_000 } })).contents).toHaveLength(3);
    await s.advance(1_000);
    await s.say(session, "4");
    expect((await page({ after: { time: first.createdAt + 500 } })).contents).toEqual(["4"]);
  });

  test("a bound with an id that is not in the channel is refused by name", async () => {
    const s = setting();
    const [{ channelId }, remote] = [await conversation(s, 2), await conversation(s, 2)];
    const foreign = { id: (await at(s, remote, 1)).id };
    const list = (range: object) => s.store.listMessages({ channelId, limit: 5, ...range });
    expect(await list({ before: foreign })).toEqual({ outcome: "unknown_bound", bound: "before" });
    expect(await list({ after: { id: "x" } })).toEqual({ outcome: "unknown_bound", bound: "after" });
    expect(await list({ before: { id: "x" }, after: { id: "y" } })).toMatchObject({ bound: "before" });
    expect(await list({ before: { time: 1 }, after: foreign })).toMatchObject({ bound: "after" });
  });
};

const describePaging = (setting: () => Setting): void => {
  test("paging reaches every message once in both directions while more arrive", async () => {
    const s = setting();
    const session = await conversation(s, 20);
    const { channelId } = session;
    const older: string[] = [];
    for (let before: { id: string } | undefined; ; ) {
      const page = await s.store.listMessages({ channelId, limit: 6, before });
      if (page.outcome !== "page") throw new Error(page.outcome);
      older.push(...page.messages.map(({ content }) => content));
      await s.say(session, "late");
      if (!page.hasMore) break;
      before = { id: page.messages.at(-1)?.id ?? "" };
    }
    const said = Array.from({ length: 20 }, (_, i) => `${i + 1}`);
    expect(older).toEqual([...said].reverse());
    const newer: string[] = [];
    for (let after = { time: 0 }; ; ) {
      const page = await s.store.listMessages({ channelId, limit: 6, after });
      if (page.outcome !== "page") throw new Error(page.outcome);
      newer.push(...page.messages.map(({ content }) => content).reverse());
      if (!page.hasMore) break;
      after = { time: page.messages[0]?.createdAt ?? 0 };
    }
    expect(newer).toEqual([...said, "late", "late", "late", "late"]);
  });
};

const describePagesByBytes = (setting: () => Setting): void => {
  test("a page has at most the requested bytes, and at least one message", async () => {
    const s = setting();
    const session = await s.create({ metadata: { of: "s".repeat(500) } });
    const { channelId } = session;
    for (let i = 1; i <= 8; i += 1)
      await s.say(session, `${i}`.repeat(1_000), {
        metadata: { own: "m".repeat(500) },
        attachments: [{ a: "a".repeat(1_000) }],
      });
    const first = (range: object) => s.page({ channelId, limit: 8, ...range });
    const shown = async (range: object) => {
      const { contents, hasMore } = await first(range);
      return [contents.map(([digit]) => digit).join(""), hasMore];
    };
    expect(await shown({ maxBytes: 10_000 })).toEqual(["876", true]);
    expect(await shown({ maxBytes: 10_000, after: { time: 0 } })).toEqual(["321", true]);
    expect(await shown({ maxBytes: 10_000, limit: 2 })).toEqual(["87", true]);
    expect(await shown({ maxBytes: 1 })).toEqual(["8", true]);
    expect(await shown({ maxBytes: 1, limit: 1 })).toEqual(["8", true]);
    expect(await shown({ maxBytes: 100_000 })).toEqual(["87654321", false]);
    expect(await shown({})).toEqual(["87654321", false]);
    const outcome = await s.store.listMessages({ channelId, limit: 3, maxBytes: 10_000 });
    if (outcome.outcome !== "page") throw new Error(outcome.outcome);
    expect(outcome.bytes).toBeGreaterThan(9_000);
    expect(outcome.bytes).toBeLessThan(10_000);
  });

  test("pages limited by bytes leave no message out, in either direction", async () => {
    const s = setting();
    const session = await s.create();
    const { channelId } = session;
    const sizes = [10, 900, 3_000, 20, 4_000, 1_000, 1_000, 1, 2_500, 700];
    for (const [i, size] of sizes.entries()) await s.say(session, `${i}`.repeat(size));
    const all = sizes.map((_, i) => `${i}`);
    const walk = async (step: (last: string | undefined) => object, end: number) => {
      const seen: string[] = [];
      for (let last: string | undefined; ; ) {
        const page = await s.store.listMessages({ channelId, limit: 4, maxBytes: 3_500, ...step(last) });
        if (page.outcome !== "page" || page.messages.length === 0) throw new Error("no page");
        const contents = page.messages.map(({ content }) => content[0] ?? "");
        if (end === 0) seen.unshift(...contents);
        else seen.push(...contents);
        if (!page.hasMore) return seen;
        last = page.messages.at(end)?.id;
      }
    };
    expect(await walk((id) => (id === undefined ? {} : { before: { id } }), -1)).toEqual([...all].reverse());
    expect(await walk((id) => ({ after: id === undefined ? { time: 0 } : { id } }), 0)).toEqual(
      [...all].reverse(),
    );
  });
};

const describeReplayAndHistory = (setting: () => Setting): void => {
  test("a replay gives the messages after a seq, oldest first", async () => {
    const s = setting();
    const { channelId } = await conversation(s, 6);
    const after = async (seq: number, limit: number) =>
      (await s.other.readMessagesAfter(channelId, seq, limit)).map(({ seq: found }) => found);
    expect(await after(0, 10)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await after(2, 3)).toEqual([3, 4, 5]);
    expect(await after(6, 3)).toEqual([]);
    expect(await s.store.readMessagesAfter("nowhere", 0, 3)).toEqual([]);
  });

  test("a history gives the newest messages before a seq, oldest first", async () => {
    const s = setting();
    const { channelId } = await conversation(s, 6);
    const before = async (seq: number, limit: number) =>
      (await s.other.readHistory(channelId, seq, limit)).map(({ seq: found }) => found);
    expect(await before(6, 3)).toEqual([3, 4, 5]);
    expect(await before(3, 10)).toEqual([1, 2]);
    expect(await before(1, 10)).toEqual([]);
    expect(await before(7, 0)).toEqual([]);
    expect(await s.store.readHistory("nowhere", 5, 3)).toEqual([]);
  });

  test("a replay and a history have at most the requested bytes, and at least one message", async () => {
    const s = setting();
    const session = await s.create();
    const { channelId } = session;
    for (let i = 1; i <= 6; i += 1) await s.say(session, `${i}`.repeat(1_000));
    const after = async (...range: readonly [seq: number, limit: number, maxBytes: number]) =>
      (await s.other.readMessagesAfter(channelId, ...range)).map(({ seq }) => seq);
    const before = async (...range: readonly [seq: number, limit: number, maxBytes: number]) =>
      (await s.other.readHistory(channelId, ...range)).map(({ seq }) => seq);
    expect(await after(1, 6, 3_500)).toEqual([2, 3, 4]);
    expect(await after(1, 2, 3_500)).toEqual([2, 3]);
    expect(await after(1, 6, 1)).toEqual([2]);
    expect(await after(0, 6, 100_000)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await before(6, 6, 3_500)).toEqual([3, 4, 5]);
    expect(await before(6, 2, 3_500)).toEqual([4, 5]);
    expect(await before(6, 6, 1)).toEqual([5]);
    expect(await before(7, 6, 100_000)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("messages remain after their session, and a channel has those of all its sessions", async () => {
    const s = setting();
    const session = await conversation(s, 2);
    const before = await s.store.readMessagesAfter(session.channelId, 0, 10);
    await s.ended(session);
    expect(await s.store.readMessagesAfter(session.channelId, 0, 10)).toEqual(before);
    const second = created(await s.continueOn(session));
    await s.say(second, "3");
    expect(await s.page({ channelId: session.channelId, limit: 10 })).toEqual({
      contents: ["3", "2", "1"],
      hasMore: false,
    });
  });
};

export const describeMessages = (setting: () => Setting): void => {
  describePages(setting);
  describeBounds(setting);
  describePaging(setting);
  describePagesByBytes(setting);
  describeReplayAndHistory(setting);
};
