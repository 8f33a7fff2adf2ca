import { StoreUnavailableError } from "@adjourn/sessions";
import postgres from "postgres";
import { UnusableDatabaseError } from "../unusable-database-error.js";

/** Classes of SQLSTATE in which the server, not the statement, is at fault: connection, resources, operator, system. */
const unavailableClasses = new Set(["08", "28", "3D", "53", "57", "58", "XX"]);
/** A lock that did not come in time, a server that became read-only, a deadlock or conflict that outlived its retries. */
const unavailableStates = new Set(["55P03", "25006", "25P03", "40001", "40P01"]);
/** Serialization, deadlock, and a channel that was erased between the look at it and the write to it. */
const passingStates = new Set(["40001", "40P01", "23503"]);

/** Whether the same work may succeed at once when it is done again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && passingStates.has(error.code);

const isOfNetwork = (error: Error): boolean =>
  !(error instanceof postgres.PostgresError) &&
  "code" in error &&
  /^(E[A-Z]+|CONNECT_TIMEOUT|CONNECTION_\w+)$/.test(String(error.code));

/** The error as the port has it: what the network or the server did is unavailability, the rest is a defect. */
export const translate = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const isOfServer =
    error instanceof postgres.PostgresError &&
    (unavailableClasses.has(error.code.slice(0, 2)) || unavailableStates.has(error.code));
  if (!isOfServer && !isOfNetwork(error)) return error;
  return new StoreUnavailableError("The database can't be reached or did not answer", { cause: error });
};

/** At the start waiting mends nothing where the server knows no such user or database, or refuses to make the tables. */
export const asUnusable = (error: unknown, url: string): unknown => {
  const cause = error instanceof StoreUnavailableError ? error.cause : error;
  if (!(cause instanceof postgres.PostgresError)) return error;
  if (error instanceof StoreUnavailableError && !/^(28|3D)/.test(cause.code)) return error;
  const shown = url.replace(/\/\/.*@/, "//…@");
  return new UnusableDatabaseError(
    `The database ${shown} can't be used: ${cause.message}; allowed: one that its user may open and make tables in`,
    { cause },
  );
};

/** Whether the way to the server is at fault, so that the next call would most likely fail like this one. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof Error &&
  (isOfNetwork(error) ||
    (error instanceof postgres.PostgresError && /^(08|28|3D|53300|57P)/.test(error.code)));
