import type { AgentFigures, EndingCause, StatisticsRange, StoredStatistics } from "@adjourn/sessions";

/** The figures of one agent as an aggregate gives them. */
export interface AgentRow {
  readonly agent_id: string;
  readonly sessions: number;
  readonly replies: number;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
}

/**
 * SQL of a time's place among the points of `:from`, `:to`, `:stepMs` and `:points`: the index of the first point at or
 * after it, 0 for all times before the first, and the number of points for those after the last. `max` is the database's
 * function. SQLite binds numbers as reals, so that the division needs the cast.
 */
export const placeOf = (max: "max" | "greatest", time: string): string =>
  `CASE WHEN ${time} > :to THEN :points ELSE ${max}(0, CAST((${time} - :from + :stepMs - 1) / :stepMs AS bigint)) END`;

/** Adds up aggregates, which may come in parts. */
export class StatisticsSum {
  /** By how much the number of live sessions changes from the point before to each point. */
  private readonly changes: number[];
  private readonly ended = new Map<EndingCause, number[]>();
  private readonly agents = new Map<string, AgentFigures>();

  constructor(private readonly range: StatisticsRange) {
    this.changes = new Array<number>(range.points).fill(0);
  }

  /** So many sessions began at this place. */
  addCreated(place: number, count: number): void {
    if (place < this.range.points) this.changes[place] = (this.changes[place] ?? 0) + count;
  }

  addEnded(place: number, cause: EndingCause, count: number): void {
    if (place >= this.range.points) return;
    this.addCreated(place, -count);
    const counts = this.ended.get(cause) ?? new Array<number>(this.range.points).fill(0);
    counts[place] = (counts[place] ?? 0) + count;
    this.ended.set(cause, counts);
  }

  addAgent({ agent_id: agentId, sessions, replies, input_tokens, output_tokens }: AgentRow): void {
    const sum = this.agents.get(agentId);
    this.agents.set(agentId, {
      agentId,
      sessions: (sum?.sessions ?? 0) + sessions,
      pendingReplies: (sum?.pendingReplies ?? 0) + replies,
      usage: {
        inputTokens: (sum?.usage.inputTokens ?? 0) + (input_tokens ?? 0),
        outputTokens: (sum?.usage.outputTokens ?? 0) + (output_tokens ?? 0),
      },
    });
  }

  result(): StoredStatistics {
    let live = 0;
    const active = this.changes.map((change) => {
      live += change;
      return live;
    });
    return { active, ended: this.ended, agents: [...this.agents.values()].filter(hasFigures) };
  }
}

const hasFigures = ({ sessions, pendingReplies, usage }: AgentFigures): boolean =>
  sessions + pendingReplies + usage.inputTokens + usage.outputTokens > 0;
