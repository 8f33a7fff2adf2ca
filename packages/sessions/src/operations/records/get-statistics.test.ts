import { createTestService } from "@adjourn/testkit";
import { expect, it } from "vitest";

const admin = { endedBy: "admin", actor: null } as const;

const setup = () => {
  const service = createTestService();
  const { store, clock } = service;
  const { readStatistics } = store;
  const running = { now: 0, most: 0, total: 0 };
  store.readStatistics = async (range) => {
    running.now += 1;
    running.total += 1;
    running.most = Math.max(running.most, running.now);
    const read = await readStatistics(range);
    running.now -= 1;
    return read;
  };
  const ago = (ms: number) => new Date(clock.now() - ms).toISOString();
  return { ...service, running, ago };
};

it("gives the figures of a range whose first point is `from` and whose last is `to`", async () => {
  const { sessions, create, clock, ago } = setup();
  const { sessionId } = await create();
  const { agentId } = await sessions.getSession({ sessionId });
  await clock.advance(1_000);
  await sessions.endSession({ sessionId }, admin);
  await create();
  await clock.advance(1_000);
  const from = ago(2_500);
  const answer = await sessions.getStatistics({ from, points: 6 });
  expect(answer).toMatchObject({
    from,
    to: ago(0),
    activeSessions: 1,
    expiringSoon: 0,
    ended: { total: 1, byCause: { requested: 1, expired: 0 } },
    usage: { inputTokens: 0, outputTokens: 0 },
    dropLatency: null,
  });
  expect(answer.points.map(({ at, active }) => [at, active])).toEqual([
    [from, 0],
    [ago(2_000), 1],
    [ago(1_500), 1],
    [ago(1_000), 1],
    [ago(500), 1],
    [ago(0), 1],
  ]);
  expect(answer.agents.find((agent) => agent.agentId === agentId)).toMatchObject({ sessions: 1 });
});

it("computes once for all who ask the same within a second, and one answer at a time", async () => {
  const { sessions, running, clock, ago } = setup();
  const from = ago(60_000);
  const ask = (points: number) => sessions.getStatistics({ from, points });
  const answers = await Promise.all([ask(10), ask(10), ask(20), ask(30)]);
  expect(answers[0]).toBe(answers[1]);
  expect(running).toEqual({ now: 0, most: 1, total: 3 });
  await ask(10);
  expect(running.total).toBe(3);
  await clock.advance(1_000);
  await ask(10);
  expect(running.total).toBe(4);
});

it("a failure is not kept, and holds nobody up", async () => {
  const { sessions, store, ago } = setup();
  const { readStatistics } = store;
  store.readStatistics = () => Promise.reject(new Error("down"));
  const from = ago(60_000);
  const [first, second] = [
    { from, points: 2 },
    { from, points: 3 },
  ].map((input) => sessions.getStatistics(input));
  await expect(first).rejects.toThrow("down");
  await expect(second).rejects.toThrow("down");
  store.readStatistics = readStatistics;
  expect((await sessions.getStatistics({ from, points: 2 })).points).toHaveLength(2);
});

it("refuses a range that is empty, in the future or longer than 92 days", async () => {
  const { sessions, ago } = setup();
  const day = 86_400_000;
  for (const range of [
    { from: ago(0) },
    { from: ago(-day) },
    { from: ago(day), to: ago(2 * day) },
    { from: ago(93 * day) },
  ])
    await expect(sessions.getStatistics({ ...range, points: 10 })).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
    });
  expect((await sessions.getStatistics({ from: ago(day), to: ago(-day), points: 2 })).to).toBe(ago(0));
});

it("stays below 50 KB at the default points and the most agents", async () => {
  const { sessions, store, ago } = setup();
  const usage = { inputTokens: 12_345_678, outputTokens: 1_234_567 };
  store.readStatistics = async ({ points }) => ({
    active: Array.from({ length: points }, () => 10_000),
    ended: new Map([["requested", Array.from({ length: points }, () => 100_000)]]),
    agents: Array.from({ length: 300 }, () => ({
      agentId: crypto.randomUUID(),
      sessions: 100,
      pendingReplies: 10,
      usage,
    })),
  });
  const answer = await sessions.getStatistics({ from: ago(86_400_000), points: 96 });
  expect(answer.agents).toHaveLength(200);
  expect(JSON.stringify(answer).length).toBeLessThan(50_000);
});
