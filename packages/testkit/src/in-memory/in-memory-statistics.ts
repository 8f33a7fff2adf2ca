import type { AgentFigures, EndingCause, StatisticsStore, Usage } from "@adjourn/sessions";
import type { InMemoryState } from "./in-memory-session-store-state.js";

/** Computed point by point from the definition, so that the databases' sums are compared with something simpler. */
export const createStatistics = (state: InMemoryState): StatisticsStore => ({
  async readStatistics({ from, to, stepMs, points }) {
    const endings = [...state.endings.values()].filter(
      ({ endedAt, createdAt }) => endedAt >= from && createdAt <= to,
    );
    const rows = [...state.sessions.values()];
    const times = Array.from({ length: points }, (_, index) => Math.min(to, from + index * stepMs));
    const active = times.map(
      (at) =>
        rows.filter(({ session }) => session.createdAt <= at).length +
        endings.filter(({ createdAt, endedAt }) => createdAt <= at && endedAt > at).length,
    );
    const ended = new Map<EndingCause, number[]>();
    for (const { cause, endedAt } of endings) {
      const place = times.findIndex((at) => at >= endedAt);
      if (place < 0) continue;
      const counts = ended.get(cause) ?? times.map(() => 0);
      counts[place] = (counts[place] ?? 0) + 1;
      ended.set(cause, counts);
    }
    const agentIds = new Set([
      ...rows.map(({ session }) => session.agentId),
      ...endings.map(({ agentId }) => agentId),
    ]);
    const agents = [...agentIds].map((agentId) => figuresOf(state, agentId, endings));
    return { active, ended, agents: agents.filter(hasFigures) };
  },
});

const figuresOf = (
  state: InMemoryState,
  agentId: string,
  endings: readonly { readonly agentId: string; readonly usage?: Usage | undefined }[],
): AgentFigures => {
  const rows = [...state.sessions.values()].filter(({ session }) => session.agentId === agentId);
  const live = state.liveMatching({ agentId });
  const used = [
    ...rows.map(({ usage }) => usage),
    ...endings.filter((ending) => ending.agentId === agentId).map(({ usage }) => usage),
  ];
  return {
    agentId,
    sessions: live.length,
    pendingReplies: live.reduce((sum, { sessionId }) => sum + state.pendingReplies(sessionId).length, 0),
    usage: {
      inputTokens: used.reduce((sum, usage) => sum + (usage?.inputTokens ?? 0), 0),
      outputTokens: used.reduce((sum, usage) => sum + (usage?.outputTokens ?? 0), 0),
    },
  };
};

const hasFigures = ({ sessions, pendingReplies, usage }: AgentFigures): boolean =>
  sessions + pendingReplies + usage.inputTokens + usage.outputTokens > 0;
