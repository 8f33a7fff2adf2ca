import type { SessionFilter } from "@adjourn/sessions";
import type { Conditions } from "./list-page.js";

/** What a database compares in its own way. */
interface Comparisons {
  /** With the ids as JSON in `:sessionIds`. */
  readonly sessionIds: string;
  readonly agentId: string;
  readonly userId: string;
  readonly isReplying: string;
}

/** The conditions of a bulk end's filter; an index serves each. */
export const bulkEndConditions = (
  { agentId, userId, sessionIds, createdUntil, idleSince, isReplying }: SessionFilter,
  comparisons: Comparisons,
): Conditions => {
  const sql: string[] = [];
  const parameters: Record<string, string | number> = {};
  const add = (condition: string, name: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    sql.push(condition);
    parameters[name] = value;
  };
  add(comparisons.sessionIds, "sessionIds", sessionIds && JSON.stringify(sessionIds));
  add(comparisons.agentId, "agentId", agentId);
  add(comparisons.userId, "userId", userId);
  add("created_at <= :createdUntil", "createdUntil", createdUntil);
  if (isReplying) sql.push(comparisons.isReplying);
  // Activity is never before the creation, which has an index.
  add("created_at <= :idleSince AND last_activity <= :idleSince", "idleSince", idleSince);
  return { sql, parameters };
};
