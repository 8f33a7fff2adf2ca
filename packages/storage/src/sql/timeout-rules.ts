/**
 * When a session expires, is renewed and is warned, as SQL that SQLite and Postgres share. The database evaluates these
 * rules inside the statement that changes the row, so they hold under concurrent writes without a second round trip.
 * `expiryTime`, `nextWarnAt` and `expiryCause` of the timeout policy state the same rules for values; the store contract
 * compares both on random settings. Arguments are SQL: a column, a parameter or an expression. Times are milliseconds.
 */

/** The function that returns the smaller of two values: SQLite and Postgres name it differently. */
export type Least = "min" | "least";

/** The columns that a statement sets, and the SQL of each value. */
export type Assignments = Readonly<Record<string, string>>;

const minutes = (value: string): string => `${value} * 60000`;

/** The latest time that a session can be renewed to. */
const cap = `created_at + ${minutes("max_duration_minutes")}`;

export const isBelowCap = `expires_at < ${cap}`;

/** Whether activity renews the session. */
export const autoRenews = `(auto_renew AND ${isBelowCap})`;

export const expiryCause = `CASE WHEN ${isBelowCap} THEN 'expired' ELSE 'max_duration' END`;

/** When the time left falls to the warning threshold. */
export const warningTime = (expiresAt: string, thresholdMinutes: string): string =>
  `${expiresAt} - ${minutes(thresholdMinutes)}`;

/** Null once the warning was given, until the session leaves the warning window; `isPending`: it was not given yet. */
export const nextWarnAt = (warnsAt: string, now: string, isPending: string): string =>
  `CASE WHEN ${warnsAt} > ${now} OR ${isPending} THEN ${warnsAt} END`;

/** The expiry of a session that is renewed now. */
export const renewedExpiry = (least: Least, now: string): string =>
  `${least}(${now} + ${minutes("timeout_minutes")}, ${cap})`;

/** The expiry of a session that begins now. */
export const firstExpiry = (
  least: Least,
  now: string,
  timeoutMinutes: string,
  maxDurationMinutes: string,
): string => `${now} + ${minutes(`${least}(${timeoutMinutes}, ${maxDurationMinutes})`)}`;

const isWarningPending = "warn_at IS NOT NULL";

/** Records activity, and moves the expiry to `expiry` where `renews` holds. */
export const recordActivity = (now: string, expiry: string, renews: string): Assignments => {
  const warnAt = nextWarnAt(warningTime(expiry, "warning_threshold_minutes"), now, isWarningPending);
  return {
    last_activity: now,
    was_renewed: renews,
    renewal_count: `renewal_count + CASE WHEN ${renews} THEN 1 ELSE 0 END`,
    expires_at: `CASE WHEN ${renews} THEN ${expiry} ELSE expires_at END`,
    warn_at: `CASE WHEN ${renews} THEN ${warnAt} ELSE warn_at END`,
  };
};

/** The new value of a column, from a parameter of its name; null leaves it as it was. */
const changed = (column: string): string => `coalesce(:${column}, ${column})`;

export const isDurationLongEnough = `${changed("max_duration_minutes")} >= ${changed("timeout_minutes")}`;

/** Changes what the parameters name, and counts the expiry anew from the last activity. */
export const changeTimeout = (least: Least, now: string): Assignments => {
  const expiry = `${least}(last_activity + ${minutes(changed("timeout_minutes"))},
    created_at + ${minutes(changed("max_duration_minutes"))})`;
  const warnsAt = warningTime(expiry, changed("warning_threshold_minutes"));
  return {
    timeout_minutes: changed("timeout_minutes"),
    auto_renew: changed("auto_renew"),
    max_duration_minutes: changed("max_duration_minutes"),
    warning_threshold_minutes: changed("warning_threshold_minutes"),
    expires_at: expiry,
    warn_at: nextWarnAt(warnsAt, now, isWarningPending),
  };
};

/** The assignments as an `UPDATE` takes them. */
export const setEach = (assignments: Assignments): string =>
  Object.entries(assignments)
    .map(([column, value]) => `${column} = ${value}`)
    .join(", ");
