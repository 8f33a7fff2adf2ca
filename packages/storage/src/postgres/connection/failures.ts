import { StoreUnavailableError } from "@adjourn/sessions";
import { DatabaseError } from "pg";
import { UnusableDatabaseError } from "../../unusable-database-error.js";
import { withoutSecrets } from "./address.js";

/** The connection broke or could not be opened; a statement in progress may or may not be committed. */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The connection opened but must not be used; the message is the reason. */
export class UnfitConnectionError extends Error {
  override readonly name = "UnfitConnectionError";
}

/** Classes of SQLSTATE in which the server, not the statement, is at fault: connection, resources, operator, system. */
const unavailableClasses = new Set(["08", "28", "3D", "53", "57", "58", "XX"]);
/** Lock timeout, read-only server, and a deadlock or conflict that persisted after the retries. */
const unavailableStates = new Set(["55P03", "25006", "25P03", "40001", "40P01"]);
/** Serialization failure, deadlock, and a channel that was erased between a read and a write. */
const passingStates = new Set(["40001", "40P01", "23503"]);
/** A pooler's refusal of a client; a retry does not help. */
const refusals = /unsupported startup parameter|no such (database|user)|not allowed in statement pooling/i;

const stateOf = (error: unknown): string => (error instanceof DatabaseError ? (error.code ?? "") : "");

/** Whether a pooler that was not detected has moved the connection to another server session. */
export const hasLostStatements = (error: unknown): boolean => ["26000", "42P05"].includes(stateOf(error));

/** Whether a newer node has changed a table since the statement was prepared. */
export const hasStalePlan = (error: unknown): boolean =>
  stateOf(error) === "0A000" && error instanceof Error && error.message.includes("cached plan");

/** Whether the same work may succeed if it is retried at once. */
export const isTransient = (error: unknown): boolean =>
  passingStates.has(stateOf(error)) || hasLostStatements(error) || hasStalePlan(error);

/** Whether the connection failed, not the server. */
export const isOfNetwork = (error: Error): boolean =>
  ("code" in error && /^E(?!RR_)[A-Z_]+$/.test(String(error.code))) ||
  error instanceof AggregateError ||
  /^(Connection terminated|timeout expired|Client (was closed|has encountered))/.test(error.message);

/** The error as the port defines it: network and server failures are unavailability, anything else is a defect. */
export const translate = (error: unknown): unknown => {
  const state = stateOf(error);
  const isUnavailable =
    error instanceof ConnectionLostError ||
    error instanceof UnfitConnectionError ||
    unavailableClasses.has(state.slice(0, 2)) ||
    unavailableStates.has(state);
  if (!isUnavailable) return error;
  return new StoreUnavailableError("The database can't be reached or did not answer", { cause: error });
};

/**
 * The error at the start: a retry does not help where the server does not know the user or the database, refuses to create
 * the tables, or does not make commits durable.
 */
export const asUnusable = (error: unknown, url: string): unknown => {
  const cause = error instanceof StoreUnavailableError ? error.cause : error;
  if (!(cause instanceof DatabaseError || cause instanceof UnfitConnectionError)) return error;
  const isRefusal =
    cause instanceof UnfitConnectionError || /^(28|3D)/.test(stateOf(cause)) || refusals.test(cause.message);
  if (error instanceof StoreUnavailableError && !isRefusal) return error;
  const reason = `The database ${withoutSecrets(url)} can't be used: ${cause.message.replaceAll("\n", " ")}`;
  const allowed = "; allowed: one that its user may open and make tables in";
  return new UnusableDatabaseError(cause instanceof UnfitConnectionError ? reason : reason + allowed, {
    cause,
  });
};

/** Whether another transaction held a lock for too long. Nothing was written. */
export const isLockTimeout = (error: unknown): boolean => stateOf(error) === "55P03";

/** Whether the network is at fault, so that the next call would most likely fail too. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof ConnectionLostError || /^(08|28|3D|53300|57P)/.test(stateOf(error));
