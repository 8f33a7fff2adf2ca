import type { WebhookEvent, WebhookWatch } from "@adjourn/sessions";
import type { EndingColumns, SessionColumns } from "../../rows/session-rows.js";

const sessionColumns = [
  "session_id",
  "channel_id",
  "agent_id",
  "user_id",
  "created_at",
  "last_activity",
  "expires_at",
  "timeout_minutes",
  "auto_renew",
  "max_duration_minutes",
  "warning_threshold_minutes",
  "renewal_count",
  "last_seq",
  "message_count",
  "metadata",
] as const satisfies readonly (keyof SessionColumns)[];

const endingColumns = [
  "session_id",
  "channel_id",
  "agent_id",
  "user_id",
  "created_at",
  "expires_at",
  "last_seq",
  "ended_at",
  "cause",
  "reason",
  "ended_by",
  "actor",
  "via",
  "message_count",
  "listeners_dropped",
  "operations_aborted",
  "input_tokens",
  "output_tokens",
] as const satisfies readonly (keyof EndingColumns)[];

export const failedColumns = [
  "session_id",
  "channel_id",
  "agent_id",
  "user_id",
  "message_id",
  "in_reply_to",
  "code",
] as const;

/** What is kept of the changed row, and the time of the event. */
const kept: Readonly<Record<WebhookEvent, { readonly columns: readonly string[]; readonly at: string }>> = {
  "session.created": { columns: sessionColumns, at: "changed.created_at" },
  "session.expiring": { columns: sessionColumns, at: "at.now" },
  "session.ended": { columns: endingColumns, at: "changed.ended_at" },
  "message.failed": { columns: failedColumns, at: "at.now" },
};

/** Ids of endpoints and agents are checked where they are read; nothing else may reach a statement's text. */
const literal = (id: string): string => {
  if (!/^[\w.-]{1,64}$/.test(id)) throw new Error("An id of a webhook has other characters than it may");
  return `'${id}'`;
};

const agentsOf = ({ agentIds }: WebhookWatch): string =>
  agentIds === null ? "NULL::text[]" : `ARRAY[${agentIds.map(literal).join(", ")}]::text[]`;

/** Adds to a statement the deliveries of what it changes, so that both are written or neither. */
export class PostgresOutbox {
  private readonly statements = new Map<string, string>();

  constructor(private readonly watches: readonly WebhookWatch[]) {}

  /** Whether any endpoint watches an event of this kind. */
  isWatched(event: WebhookEvent): boolean {
    return this.watches.some(({ events }) => events.includes(event));
  }

  /**
   * `change` is the beginning of the last part of the statement, an INSERT or UPDATE that returns whole rows. The statement
   * stays as it is if nobody watches the event.
   */
  after(event: WebhookEvent, sql: string, change: string): string {
    if (!this.isWatched(event)) return sql;
    const key = `${event} ${sql}`;
    const known = this.statements.get(key);
    if (known !== undefined) return known;
    const start = sql.lastIndexOf(change);
    const before = sql.slice(0, start).trimEnd();
    const statement = `${before === "" ? "WITH" : `${before},`} changed AS (${sql.slice(start)}),
    ${this.deliveriesOf(event)}
    SELECT * FROM changed`;
    this.statements.set(key, statement);
    return statement;
  }

  /** A CTE that stores a delivery for each row of the CTE `changed` and each endpoint that watches it. */
  deliveriesOf(event: WebhookEvent): string {
    const { columns, at } = kept[event];
    const content = columns.map((column) => `'${column}', changed.${column}`).join(", ");
    const watches = this.watches
      .filter(({ events }) => events.includes(event))
      .map((watch) => `(${literal(watch.endpoint)}, ${agentsOf(watch)})`);
    return `deliveries AS (
      INSERT INTO webhook_deliveries (endpoint, event, session_id, channel_id, content, created_at, next_attempt_at)
      SELECT watch.endpoint, '${event}', changed.session_id, changed.channel_id, jsonb_build_object(${content}), ${at}, at.now
      FROM changed
        CROSS JOIN (SELECT adjourn_now() AS now) AS at
        JOIN (VALUES ${watches.join(", ")}) AS watch (endpoint, agent_ids)
          ON watch.agent_ids IS NULL OR lower(changed.agent_id) = ANY (watch.agent_ids))`;
  }
}

/** The statement with the deliveries of what it changes, if any are watched. */
export const withDeliveries = (
  { outbox }: { readonly outbox?: PostgresOutbox | undefined },
  event: WebhookEvent,
  sql: string,
  change: string,
): string => outbox?.after(event, sql, change) ?? sql;
