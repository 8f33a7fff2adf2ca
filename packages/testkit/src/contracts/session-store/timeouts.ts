import { expect, test } from "vitest";
import { minute, type Setting, timeouts } from "./setup.js";

const describeChangedTimeouts = (setting: () => Setting): void => {
  test("a changed timeout counts from the last activity and changes nothing else", async () => {
    const s = setting();
    const session = await s.create();
    await s.advance(10 * minute);
    await s.store.recordHeartbeat(session.sessionId);
    await s.advance(5 * minute);
    const updated = await s.store.updateTimeout(session.sessionId, {
      timeoutMinutes: 60,
      autoRenew: undefined,
    });
    const changed = {
      ...session,
      lastActivity: session.createdAt + 10 * minute,
      expiresAt: session.createdAt + 70 * minute,
      timeoutConfig: { ...timeouts, timeoutMinutes: 60 },
      renewalCount: 1,
    };
    expect(updated).toEqual({ outcome: "updated", session: changed });
    expect(await s.other.readSession(session.sessionId)).toEqual({ outcome: "live", session: changed });
  });

  test("each setting can be changed alone, and an empty change is accepted", async () => {
    const s = setting();
    const { sessionId } = await s.create();
    await s.store.updateTimeout(sessionId, { autoRenew: false });
    await s.store.updateTimeout(sessionId, { maxDurationMinutes: 60 });
    await s.store.updateTimeout(sessionId, { warningThresholdMinutes: 9 });
    const updated = await s.store.updateTimeout(sessionId, {});
    const timeoutConfig = {
      timeoutMinutes: 30,
      autoRenew: false,
      maxDurationMinutes: 60,
      warningThresholdMinutes: 9,
    };
    expect(updated).toMatchObject({ outcome: "updated", session: { timeoutConfig } });
  });

  test("a maximum duration counts from the creation", async () => {
    const s = setting();
    const session = await s.create();
    await s.advance(20 * minute);
    await s.store.recordHeartbeat(session.sessionId);
    const updated = await s.store.updateTimeout(session.sessionId, { maxDurationMinutes: 35 });
    expect(updated).toMatchObject({ session: { expiresAt: session.createdAt + 35 * minute } });
  });

  test("a change that moves the expiry into the past expires the session at once", async () => {
    const s = setting();
    const session = await s.create();
    await s.advance(10 * minute);
    const updated = await s.store.updateTimeout(session.sessionId, { timeoutMinutes: 5 });
    const expiresAt = session.createdAt + 5 * minute;
    expect(updated).toMatchObject({ outcome: "updated", session: { expiresAt } });
    expect(await s.store.readSession(session.sessionId)).toEqual({
      outcome: "gone",
      gone: { state: "expired", expiresAt },
    });
    expect(await s.store.hasDue()).toBe(true);
    expect(await s.store.claimWarnings(10)).toEqual([]);
    expect(await s.store.expireSessions(10)).toMatchObject([
      { sessionId: session.sessionId, cause: "expired", expiresAt, endedAt: s.store.now() },
    ]);
  });

  test("a change to a maximum duration below the timeout is refused and changes nothing", async () => {
    const s = setting();
    const session = await s.create({ timeoutConfig: { maxDurationMinutes: 60 } });
    const tooLong = { timeoutMinutes: 61, warningThresholdMinutes: 7 };
    expect(await s.store.updateTimeout(session.sessionId, tooLong)).toEqual({
      outcome: "duration_too_short",
      timeoutConfig: { ...session.timeoutConfig, ...tooLong },
    });
    expect(await s.store.updateTimeout(session.sessionId, { maxDurationMinutes: 29 })).toMatchObject({
      outcome: "duration_too_short",
    });
    expect(await s.store.readSession(session.sessionId)).toEqual({ outcome: "live", session });
    expect(await s.store.updateTimeout(session.sessionId, { timeoutMinutes: 60 })).toMatchObject({
      outcome: "updated",
    });
  });
};

const describeWarnings = (setting: () => Setting): void => {
  test("a session is warned once when it crosses its threshold", async () => {
    const s = setting();
    const session = await s.create();
    await s.advance(25 * minute - 1);
    expect(await s.store.hasDue()).toBe(false);
    expect(await s.store.claimWarnings(10)).toEqual([]);
    await s.advance(1);
    expect(await s.store.hasDue()).toBe(true);
    expect(await s.store.claimWarnings(10)).toEqual([session]);
    expect(await s.store.hasDue()).toBe(false);
    expect(await s.other.claimWarnings(10)).toEqual([]);
  });

  test("concurrent claims get each due warning once", async () => {
    const s = setting();
    for (let i = 0; i < 12; i++) await s.create();
    await s.advance(25 * minute);
    const claims = await Promise.all([
      s.store.claimWarnings(5),
      s.other.claimWarnings(5),
      s.store.claimWarnings(5),
      s.other.claimWarnings(5),
    ]);
    const first = claims.flat().map(({ sessionId }) => sessionId);
    for (const claimed of claims) expect(claimed.length).toBeLessThanOrEqual(5);
    const rest = (await s.store.claimWarnings(100)).map(({ sessionId }) => sessionId);
    expect(first.length + rest.length).toBe(12);
    expect(new Set([...first, ...rest]).size).toBe(12);
  });

  test("a session that leaves the warning window is warned again when it returns", async () => {
    const s = setting();
    const { sessionId } = await s.create();
    await s.advance(26 * minute);
    expect(await s.store.claimWarnings(10)).toHaveLength(1);
    await s.store.renewSession(sessionId);
    await s.advance(25 * minute - 1);
    expect(await s.store.claimWarnings(10)).toEqual([]);
    await s.advance(1);
    expect(await s.store.claimWarnings(10)).toHaveLength(1);
  });

  test("a session that moves within the warning window is not warned again", async () => {
    const s = setting();
    const { sessionId } = await s.create({ timeoutConfig: { maxDurationMinutes: 30 } });
    await s.advance(26 * minute);
    expect(await s.store.claimWarnings(10)).toHaveLength(1);
    await s.store.updateTimeout(sessionId, { maxDurationMinutes: 31 });
    await s.store.updateTimeout(sessionId, { warningThresholdMinutes: 6 });
    expect(await s.store.hasDue()).toBe(false);
    expect(await s.store.claimWarnings(10)).toEqual([]);
  });

  test("a session is warned after a change that moves its threshold into the past", async () => {
    const s = setting();
    const { sessionId } = await s.create();
    await s.advance(minute);
    await s.store.updateTimeout(sessionId, { warningThresholdMinutes: 29 });
    expect(await s.store.claimWarnings(10)).toMatchObject([{ sessionId }]);
  });

  test("a session renewed before its warning is claimed is not warned", async () => {
    const s = setting();
    const { sessionId } = await s.create();
    await s.advance(25 * minute);
    await s.store.renewSession(sessionId);
    expect(await s.store.hasDue()).toBe(false);
    expect(await s.store.claimWarnings(10)).toEqual([]);
  });

  test("a session that starts in its warning window is not warned", async () => {
    const s = setting();
    const { sessionId } = await s.create({ timeoutConfig: { timeoutMinutes: 5 } });
    await s.advance(minute);
    await s.store.recordHeartbeat(sessionId);
    expect(await s.store.claimWarnings(10)).toEqual([]);
    expect(await s.store.countSessions()).toEqual({ active: 1, expired: 0, expiringSoon: 1 });
  });

  test("an ended session is not warned", async () => {
    const s = setting();
    const session = await s.create();
    await s.advance(25 * minute);
    await s.ended(session);
    expect(await s.store.hasDue()).toBe(false);
    expect(await s.store.claimWarnings(10)).toEqual([]);
  });
};

const describeDue = (setting: () => Setting): void => {
  test("an expiry is due in the millisecond of the expiry", async () => {
    const s = setting();
    await s.create({ timeoutConfig: { warningThresholdMinutes: 60 } });
    await s.advance(30 * minute - 1);
    expect(await s.store.hasDue()).toBe(false);
    await s.advance(1);
    expect(await s.store.hasDue()).toBe(true);
    await s.store.expireSessions(1);
    expect(await s.store.hasDue()).toBe(false);
  });
};

export const describeTimeouts = (setting: () => Setting): void => {
  describeChangedTimeouts(setting);
  describeWarnings(setting);
  describeDue(setting);
};
