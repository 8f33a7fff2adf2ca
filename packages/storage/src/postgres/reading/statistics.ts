import type { EndingCause, StatisticsRange, StoredStatistics } from "@adjourn/sessions";
import { type AgentRow, placeOf, StatisticsSum } from "../../sql/statistics.js";
import type { PostgresDatabase } from "../connection/database.js";

const range = `(SELECT :from::bigint AS "from", :to::bigint AS "to", :stepMs::bigint AS step, :points::bigint AS points)
  AS range`;

/** Like {@link placeOf}, with the parameters in `range`, where each has its type once. */
const place = (time: string): string =>
  placeOf("greatest", time)
    .replace(":to", 'range."to"')
    .replace(":points", "range.points")
    .replace(":from", 'range."from"')
    .replaceAll(":stepMs", "range.step");

const tokens = "sum(input_tokens)::bigint AS input_tokens, sum(output_tokens)::bigint AS output_tokens";
const clock = "(SELECT adjourn_now() AS now) AS clock";

/**
 * Live sessions, endings and replies in flight, in one statement, so that all parts see the same sessions. The sessions are
 * grouped by each column apart, so that there are few rows.
 */
const statement = `SELECT created, NULL::bigint AS ended, NULL AS cause, agent_id, count(*) AS count,
    count(*) FILTER (WHERE is_live) AS sessions, 0 AS replies, ${tokens}
  FROM (SELECT ${place("created_at")} AS created, agent_id, expires_at > now AS is_live,
      CASE WHEN created_at <= range."to" THEN input_tokens END AS input_tokens,
      CASE WHEN created_at <= range."to" THEN output_tokens END AS output_tokens
    FROM sessions, ${range}, ${clock} WHERE created_at >= 0) AS placed
  GROUP BY GROUPING SETS ((created), (agent_id))
  UNION ALL
  SELECT created, ended, cause, agent_id, count(*), 0, 0, ${tokens}
  FROM (SELECT ${place("created_at")} AS created, ${place("ended_at")} AS ended, cause, agent_id, input_tokens,
      output_tokens
    FROM endings, ${range} WHERE ended_at >= :from::bigint AND created_at <= range."to") AS placed
  GROUP BY GROUPING SETS ((created), (ended, cause), (agent_id))
  UNION ALL
  SELECT NULL, NULL, NULL, agent_id, 0, 0, count(*), 0, 0
  FROM replies JOIN sessions USING (session_id), ${clock}
  WHERE held_until > now AND expires_at > now GROUP BY agent_id`;

/** A group by one of its columns, or by the two of an ending; the others are null. */
interface GroupRow extends Omit<AgentRow, "agent_id"> {
  readonly created: number | null;
  readonly ended: number | null;
  readonly cause: EndingCause | null;
  readonly agent_id: string | null;
  readonly count: number;
}

/** How long the aggregates may take. */
const timeoutMs = 30_000;

export const readStatistics = async (
  database: PostgresDatabase,
  { from, to, stepMs, points }: StatisticsRange,
): Promise<StoredStatistics> => {
  const sum = new StatisticsSum({ from, to, stepMs, points });
  const rows = await database.transaction(
    (transaction) => transaction.all<GroupRow>(statement, { from, to, stepMs, points }),
    timeoutMs,
  );
  for (const { created, ended, cause, agent_id, count, ...figures } of rows) {
    if (agent_id !== null) sum.addAgent({ agent_id, ...figures });
    else if (created !== null) sum.addCreated(created, count);
    else if (ended !== null && cause !== null) sum.addEnded(ended, cause, count);
  }
  return sum.result();
};
