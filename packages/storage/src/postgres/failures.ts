import { StoreUnavailableError } from "@adjourn/sessions";
import { DatabaseError } from "pg";
import { UnusableDatabaseError } from "../unusable-database-error.js";
import { withoutSecrets } from "./address.js";

/** The connection broke, or never came to be; what was under way on it may or may not be committed. */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** A connection that could be made, and must not be used; its message is the reason. */
export class UnfitConnectionError extends Error {
  override readonly name = "UnfitConnectionError";
}

/** Classes of SQLSTATE in which the server, not the statement, is at fault: connection, resources, operator, system. */
const unavailableClasses = new Set(["08", "28", "3D", "53", "57", "58", "XX"]);
/** A lock that did not come in time, a server that became read-only, a deadlock or conflict that outlived its retries. */
const unavailableStates = new Set(["55P03", "25006", "25P03", "40001", "40P01"]);
/** Serialization, deadlock, and a channel that was erased between the read and the write. */
const passingStates = new Set(["40001", "40P01", "23503"]);
/** A pooler says this of a client that it does not let in; waiting changes nothing. */
const refusals = /unsupported startup parameter|no such (database|user)|not allowed in statement pooling/i;

const stateOf = (error: unknown): string => (error instanceof DatabaseError ? (error.code ?? "") : "");

/** Whether a pooler that hides itself has handed the connection to another server, or to one that others have used. */
export const hasLostStatements = (error: unknown): boolean => ["26000", "42P05"].includes(stateOf(error));

/** Whether a newer node has changed a table since the statement was prepared. */
export const hasStalePlan = (error: unknown): boolean =>
  stateOf(error) === "0A000" && error instanceof Error && error.message.includes("cached plan");

/** Whether the same work may succeed at once when it is done again. */
export const isPassing = (error: unknown): boolean =>
  passingStates.has(stateOf(error)) || hasLostStatements(error) || hasStalePlan(error);

/** Whether it is the way to the server that failed, not what was found at its end. */
export const isOfNetwork = (error: Error): boolean =>
  ("code" in error && /^E(?!RR_)[A-Z_]+$/.test(String(error.code))) ||
  error instanceof AggregateError ||
  /^(Connection terminated|timeout expired|Client (was closed|has encountered))/.test(error.message);

/** The error as the port has it: what the network or the server did is unavailability, the rest is a defect. */
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
 * At the start waiting mends nothing where the server knows no such user or database, refuses to make the tables, or
 * can't be relied on.
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

/** Whether the way to the server is at fault, so that the next call would most likely fail like this one. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof ConnectionLostError || /^(08|28|3D|53300|57P)/.test(stateOf(error));
