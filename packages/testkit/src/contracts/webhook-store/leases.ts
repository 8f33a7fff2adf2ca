import { expect, test } from "vitest";
import { minute } from "../session-store/setup.js";
import { attempt, leaseMs, type WebhookSetting } from "./setup.js";

export const describeLeases = (setting: () => WebhookSetting): void => {
  test("concurrent claims give each delivery to one node, until the lease ends", async () => {
    const s = setting();
    for (let i = 0; i < 8; i++) await s.create();
    const claim = { endpoint: "all", limit: 5, leaseMs };
    const claims = await Promise.all(
      [s.store, s.other, s.store, s.other].map((store, i) =>
        store.claimDeliveries({ ...claim, nodeId: `node ${i}` }),
      ),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    await s.claim("rest");
    expect(await s.claim("other")).toEqual([]);
    await s.advance(leaseMs);
    expect(await s.other.readDueEndpoints(["all", "one"])).toEqual(["all"]);
    expect(await s.claim("other")).toHaveLength(8);
  });

  test("the node that lost a lease records nothing", async () => {
    const s = setting();
    await s.create();
    const [lost] = await s.claim();
    await s.advance(leaseMs);
    const [taken] = await s.claim("other");
    if (!lost || !taken) throw new Error("Nothing was claimed");
    expect(await s.finish(lost, "failed")).toBe(false);
    expect(await s.finish(taken, "delivered", { nodeId: "other" })).toBe(true);
    expect(await s.list()).toMatchObject([{ status: "delivered", attempts: [attempt] }]);
  });

  test("leases that a node gives back are due at once", async () => {
    const s = setting();
    await s.create();
    await s.claim();
    expect(await s.claim("other")).toEqual([]);
    await s.store.releaseDeliveries("node");
    expect(await s.claim("other")).toHaveLength(1);
  });

  test("a session's deliveries come one after the other, and other sessions' do not wait", async () => {
    const s = setting();
    const session = await s.create();
    await s.ended(session);
    const [created] = await s.claim();
    expect(created?.event).toBe("session.created");
    expect(await s.claim()).toEqual([]);
    if (created) await s.finish(created, "pending");
    const other = await s.create();
    expect((await s.claim()).map(({ sessionId }) => sessionId)).toEqual([other.sessionId]);
    await s.advance(minute);
    const [again] = await s.claim();
    expect(again?.id).toBe(created?.id);
    expect(again?.attempts).toEqual([attempt]);
    if (again) await s.finish(again, "failed");
    expect((await s.claim()).map(({ event }) => event)).toEqual(["session.ended"]);
    expect(await s.events()).toHaveLength(3);
  });

  test("what waits for an attempt is looked at again within a second", async () => {
    const s = setting();
    await s.ended(await s.create());
    await s.claim();
    await s.claim("other");
    const [ended] = await s.list();
    expect(ended?.nextAttemptAt).toBeLessThanOrEqual(s.store.now() + 1_000);
  });

  test("a delivery that is settled is not due, and one that waits is due at its time", async () => {
    const s = setting();
    await s.create();
    const [first] = await s.claim();
    if (first) await s.finish(first, "pending");
    expect(await s.list()).toMatchObject([{ status: "pending", nextAttemptAt: s.store.now() + minute }]);
    await s.advance(minute - 1);
    expect(await s.store.readDueEndpoints(["all"])).toEqual([]);
    await s.advance(1);
    const [second] = await s.claim();
    if (second) await s.finish(second, "delivered");
    await s.advance(60 * minute);
    expect(await s.store.readDueEndpoints(["all"])).toEqual([]);
    expect(await s.list()).toMatchObject([{ status: "delivered", nextAttemptAt: null }]);
  });
};
