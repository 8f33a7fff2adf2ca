import { expect, test } from "vitest";
import { minute } from "../session-store/setup.js";
import { attempt, type WebhookSetting, watchedAgent } from "./setup.js";

export const describeLog = (setting: () => WebhookSetting): void => {
  test("a settled delivery that is sent again is due, says what it was, and holds nothing back", async () => {
    const s = setting();
    const session = await s.create();
    const [created] = await s.claim();
    if (!created) throw new Error("Nothing was claimed");
    await s.finish(created, "failed");
    expect(await s.other.resendDelivery(created.id)).toBe(true);
    await s.ended(session);
    const claimed = await s.claim();
    expect(claimed.map(({ event, statusBefore }) => [event, statusBefore])).toEqual([
      ["session.created", "failed"],
      ["session.ended", null],
    ]);
    expect(await s.store.resendDelivery("unknown")).toBe(false);
  });

  test("sending again during an attempt gives one more attempt", async () => {
    const s = setting();
    await s.create();
    const [first] = await s.claim();
    if (!first) throw new Error("Nothing was claimed");
    await s.other.resendDelivery(first.id);
    await s.finish(first, "delivered");
    const [second] = await s.claim();
    expect(second).toMatchObject({ id: first.id, statusBefore: "delivered" });
    if (second) await s.finish(second, "delivered");
    expect(await s.list()).toMatchObject([{ status: "delivered", attempts: [attempt, attempt] }]);
    expect(await s.claim()).toEqual([]);
  });

  test("the list is newest first, filtered, and paged without gaps", async () => {
    const s = setting();
    const sessions = [];
    for (let i = 0; i < 5; i++) sessions.push(await s.create({ agentId: watchedAgent }));
    for (const session of sessions) await s.ended(session);
    const seen: string[] = [];
    let after: Awaited<ReturnType<typeof s.store.listDeliveries>>["next"] | undefined;
    do {
      const page = await s.store.listDeliveries({}, { limit: 4, after: after ?? undefined });
      seen.push(...page.deliveries.map(({ id }) => id));
      after = page.next;
    } while (after);
    expect(new Set(seen).size).toBe(15);
    expect(seen).toEqual((await s.list()).map(({ id }) => id));
    const [one] = sessions;
    const filter = { endpoint: "one", status: "pending", sessionId: one?.sessionId } as const;
    const { deliveries } = await s.store.listDeliveries(filter, { limit: 10 });
    expect(deliveries).toMatchObject([{ event: "session.ended", sessionId: one?.sessionId }]);
    expect(await s.store.readDelivery(deliveries[0]?.id ?? "")).toEqual(deliveries[0]);
    expect(await s.store.readDelivery("unknown")).toBeNull();
  });

  test("erasing a channel removes metadata, reasons and answers, also of an attempt under way", async () => {
    const s = setting();
    const session = await s.create({ metadata: { word: "forget" } });
    await s.ended(session, "forget");
    const [created] = await s.claim();
    if (!created) throw new Error("Nothing was claimed");
    await s.finish(created, "pending", { nextAttemptAt: s.store.now() });
    const [again] = await s.claim();
    await s.store.eraseChannel(session.channelId);
    if (again) await s.finish(again, "delivered");
    const [ended] = await s.claim();
    await s.store.resendDelivery(created.id);
    const [resent] = await s.claim();
    expect(JSON.stringify([ended, resent])).not.toContain("forget");
    expect(resent).toMatchObject({
      content: { session: { metadata: {} } },
      attempts: [
        { ...attempt, answer: null },
        { ...attempt, answer: null },
      ],
    });
    expect(ended?.content).toMatchObject({ ending: { reason: null, sessionId: session.sessionId } });
  });

  test("deliveries to endpoints that are not configured fail, and old ones are deleted", async () => {
    const s = setting();
    await s.ended(await s.create({ agentId: watchedAgent }));
    expect(await s.store.countPendingDeliveries()).toEqual({ count: 3, oldestAt: s.store.now() });
    await s.advance(minute);
    const now = s.store.now();
    expect(await s.store.failOrphanedDeliveries(["all", "one"], now, attempt)).toBe(0);
    expect(await s.store.failOrphanedDeliveries(["all"], now - 2 * minute, attempt)).toBe(0);
    expect(await s.store.failOrphanedDeliveries(["all"], now, attempt)).toBe(1);
    expect(await s.list("one")).toMatchObject([
      { status: "failed", nextAttemptAt: null, attempts: [attempt] },
    ]);
    expect(await s.store.deleteDeliveriesBefore(now - 2 * minute, 10)).toBe(0);
    // What was not attempted while no node ran is attempted first, however old it is.
    expect(await s.store.deleteDeliveriesBefore(now, 2)).toBe(1);
    for (let i = 0; i < 2; i++) for (const one of await s.claim()) await s.finish(one, "failed");
    expect(await s.store.deleteDeliveriesBefore(now, 1)).toBe(1);
    expect(await s.store.deleteDeliveriesBefore(now, 2)).toBe(1);
    expect(await s.store.countPendingDeliveries()).toEqual({ count: 0, oldestAt: null });
  });

  test("a delivery keeps its newest hundred attempts", async () => {
    const s = setting();
    await s.create();
    for (let i = 0; i < 102; i++) {
      const [one] = await s.claim();
      if (one) await s.finish(one, "pending", { nextAttemptAt: 0, attempt: { ...attempt, status: i } });
    }
    const [delivery] = await s.list();
    expect(delivery?.attempts.map(({ status }) => status)).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
  });
};
