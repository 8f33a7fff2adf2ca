import { escapeLiteral } from "pg";

/** The settings that every call needs, whatever the server, the role or a pooler sets. */
export interface LocalSettings {
  /** The schema of the tables; by default the connection's own. */
  readonly schema?: string | undefined;
  /** Shorter than the callers' deadline, so that no abandoned statement keeps running in the server. */
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
}

export const defaultStatementTimeoutMs = 4_000;
/** How long a call may wait for a lock before it is repeated among the few that may wait longer. */
export const shortLockTimeoutMs = 100;
export const longLockTimeoutMs = 3_000;
const idleInTransactionTimeoutMs = 10_000;

/**
 * The statement that applies them to a transaction or to the connection. They are not startup parameters, since poolers
 * refuse those. Behind a pooler they apply to one transaction, since others use the same connection.
 */
export const applySettings = (
  { schema, statementTimeoutMs, lockTimeoutMs }: LocalSettings,
  lasts: "transaction" | "connection",
): string => {
  const values: Readonly<Record<string, string>> = {
    synchronous_commit: "on",
    statement_timeout: String(statementTimeoutMs),
    lock_timeout: String(lockTimeoutMs),
    idle_in_transaction_session_timeout: String(idleInTransactionTimeoutMs),
    ...(lasts === "connection" ? { default_transaction_isolation: "read committed" } : {}),
    ...(schema === undefined ? {} : { search_path: schema }),
  };
  const isLocal = lasts === "transaction";
  const calls = Object.entries(values).map(
    ([name, value]) => `set_config('${name}', ${escapeLiteral(value)}, ${isLocal})`,
  );
  return `SELECT ${calls.join(", ")}`;
};

/** Begins a transaction with these settings. */
export const beginWith = (settings: LocalSettings): string =>
  `BEGIN ISOLATION LEVEL READ COMMITTED; ${applySettings(settings, "transaction")}`;

export const readDurability = `SELECT current_setting('synchronous_commit') AS "commit"`;

/** Describes a setting that does not have its value; null where all have. */
export const judgeDurability = (row: { readonly commit: string } | undefined): string | null =>
  row?.commit === "on"
    ? null
    : `synchronous_commit is "${row?.commit}" though it was set to "on"; allowed: a server or pooler that keeps what a transaction sets`;
