import type { ServiceContext } from "../../context.js";
import { perCause } from "../../model/ending.js";
import { validationError } from "../../model/errors.js";
import type { Usage } from "../../model/reply.js";
import { toIso } from "../../model/session.js";
import type { AgentFigures, StatisticsRange, StoredStatistics } from "../../ports/index.js";
import { type Inputs, limits, type Outputs } from "../../schemas/index.js";

type Statistics = Outputs["getStatistics"];

/** How long an answer is given again to callers with the same input, in ms. */
export const statisticsKeptMs = 1_000;
/** Inputs whose answers are kept. */
const keptInputs = 16;
const longestRangeMs = 92 * 86_400_000;

interface Kept {
  readonly answer: Promise<Statistics>;
  readonly until: number;
}

/**
 * Figures over all sessions. Callers with the same input share an answer for a second, and one input is computed at a
 * time, so that many open dashboards cost the store no more than one.
 */
export const createGetStatistics = (): ((
  context: ServiceContext,
  input: Inputs["getStatistics"],
) => Promise<Statistics>) => {
  const kept = new Map<string, Kept>();
  let last: Promise<unknown> = Promise.resolve();
  return async (context, input) => {
    const key = JSON.stringify([input.from, input.to, input.points]);
    const now = context.clock.now();
    for (const [other, { until }] of kept) if (until <= now) kept.delete(other);
    const known = kept.get(key);
    if (known) return known.answer;
    if (kept.size >= keptInputs) kept.delete(kept.keys().next().value ?? "");
    const answer = last.then(() => readStatistics(context, input));
    last = answer.catch(() => {});
    kept.set(key, { answer, until: now + statisticsKeptMs });
    answer.catch(() => kept.delete(key));
    return answer;
  };
};

const readStatistics = async (
  { store, agents }: ServiceContext,
  input: Inputs["getStatistics"],
): Promise<Statistics> => {
  const range = toRange(input, store.now());
  const [stored, { active, expiringSoon }] = await Promise.all([
    store.readStatistics(range),
    store.countSessions(),
  ]);
  return {
    from: toIso(range.from),
    to: toIso(range.to),
    activeSessions: active,
    expiringSoon,
    points: pointsOf(range, stored),
    ended: totalsOf(stored),
    usage: sumUsage(stored.agents),
    agents: inOrder(
      stored.agents,
      agents.list().map(({ id }) => id),
    ),
    dropLatency: null,
  };
};

/** @throws SessionError `VALIDATION_ERROR` */
const toRange = ({ from, to, points }: Inputs["getStatistics"], now: number): StatisticsRange => {
  const [start, end] = [Date.parse(from), to === undefined ? now : Math.min(Date.parse(to), now)];
  if (start >= end) throw validationError({ path: "from", message: "must be before `to`, and in the past" });
  if (end - start > longestRangeMs)
    throw validationError({ path: "from", message: "must be at most 92 days before `to`" });
  return { from: start, to: end, stepMs: Math.ceil((end - start) / (points - 1)), points };
};

const pointsOf = ({ from, to, stepMs }: StatisticsRange, { active, ended }: StoredStatistics) =>
  active.map((count, index) => ({
    at: toIso(Math.min(to, from + index * stepMs)),
    active: count,
    ended: perCause((cause) => ended.get(cause)?.[index] ?? 0),
  }));

const totalsOf = ({ ended }: StoredStatistics): Statistics["ended"] => {
  const sum = (counts: readonly number[] = []) => counts.reduce((total, count) => total + count, 0);
  const byCause = perCause((cause) => sum(ended.get(cause)));
  return { total: sum(Object.values(byCause)), byCause };
};

const sumUsage = (agents: readonly AgentFigures[]): Usage => ({
  inputTokens: agents.reduce((sum, { usage }) => sum + usage.inputTokens, 0),
  outputTokens: agents.reduce((sum, { usage }) => sum + usage.outputTokens, 0),
});

/** The configured agents, and those that have sessions or had some. */
const inOrder = (stored: readonly AgentFigures[], configured: readonly string[]): AgentFigures[] => {
  const known = new Set(stored.map(({ agentId }) => agentId));
  const idle = configured
    .filter((agentId) => !known.has(agentId))
    .map((agentId) => ({
      agentId,
      sessions: 0,
      pendingReplies: 0,
      usage: { inputTokens: 0, outputTokens: 0 },
    }));
  return [...stored, ...idle]
    .sort((a, b) => b.sessions - a.sessions || (a.agentId < b.agentId ? -1 : 1))
    .slice(0, limits.statisticsAgents);
};
