import type { StatisticsRange } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { minute, type Setting } from "./setup.js";

/** Five points over the last 40 minutes, one every ten. */
const lastMinutes = (s: Setting, points = 5): StatisticsRange => {
  const to = s.store.now();
  const from = to - 40 * minute;
  return { from, to, stepMs: (40 * minute) / (points - 1), points };
};

export const describeStatistics = (setting: () => Setting): void => {
  test("sessions are live from their creation until their end, at every point", async () => {
    const s = setting();
    const [early, long] = [await s.create(), await s.create()];
    await s.advance(5 * minute);
    await s.create();
    await s.advance(10 * minute);
    await s.ended(early);
    const before = s.store.now();
    await s.advance(10 * minute);
    await s.endMatching({ sessionIds: [long.sessionId] });
    await s.advance(15 * minute);
    const { active, ended } = await s.store.readStatistics(lastMinutes(s));
    expect(active).toEqual([2, 3, 2, 1, 1]);
    expect(ended.get("requested")).toEqual([0, 0, 1, 0, 0]);
    expect(ended.get("bulk")).toEqual([0, 0, 0, 1, 0]);
    const past = { from: before, to: before + 10 * minute, stepMs: 10 * minute, points: 2 };
    const earlier = await s.other.readStatistics(past);
    expect(earlier.active).toEqual([2, 1]);
    expect(earlier.ended).toEqual(
      new Map([
        ["requested", [1, 0]],
        ["bulk", [0, 1]],
      ]),
    );
  });

  test("what ended before the range, or was created after it, is not in it", async () => {
    const s = setting();
    await s.converse(await s.create(), { usage: { inputTokens: 1, outputTokens: 1 } });
    const gone = await s.create();
    await s.ended(gone);
    await s.advance(minute);
    const from = s.store.now();
    await s.advance(2 * minute);
    await s.ended(await s.create());
    await s.converse(await s.create(), { usage: { inputTokens: 5, outputTokens: 5 } });
    const range = { from, to: from + minute, stepMs: minute, points: 2 };
    const { active, ended, agents } = await s.store.readStatistics(range);
    expect(active).toEqual([1, 1]);
    expect([...ended]).toEqual([]);
    const tokens = agents.map(({ usage }) => usage.inputTokens);
    expect(tokens.sort()).toEqual([0, 1]);
  });

  test("an agent has its live sessions, its replies in flight and the tokens of its sessions", async () => {
    const s = setting();
    const agentId = crypto.randomUUID();
    const usage = { inputTokens: 10, outputTokens: 3 };
    const first = await s.create({ agentId });
    await s.converse(first, { usage });
    await s.converse(first, { usage });
    await s.ask(first);
    const second = await s.create({ agentId });
    await s.converse(second, { usage });
    await s.ask(second);
    await s.ended(second);
    const other = await s.create();
    const { agents } = await s.store.readStatistics(lastMinutes(s));
    expect(agents.find((agent) => agent.agentId === agentId)).toEqual({
      agentId,
      sessions: 1,
      pendingReplies: 1,
      usage: { inputTokens: 30, outputTokens: 9 },
    });
    expect(agents.find((agent) => agent.agentId === other.agentId)).toMatchObject({
      sessions: 1,
      pendingReplies: 0,
    });
    expect(agents).toHaveLength(2);
  });

  test("an expired session is no live one of its agent, and ends where its ending is recorded", async () => {
    const s = setting();
    const { agentId } = await s.create();
    await s.advance(31 * minute);
    expect((await s.store.readStatistics(lastMinutes(s))).agents).toEqual([]);
    await s.store.expireSessions(10);
    const { active, ended } = await s.store.readStatistics(lastMinutes(s));
    expect(active).toEqual([0, 1, 1, 1, 0]);
    expect(ended.get("expired")).toEqual([0, 0, 0, 0, 1]);
    expect(agentId).toBeDefined();
  });

  test("a range shorter than its points gives every point", async () => {
    const s = setting();
    await s.create();
    const to = s.store.now();
    const { active } = await s.store.readStatistics({ from: to - 3, to, stepMs: 1, points: 10 });
    expect(active).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
  });
};
