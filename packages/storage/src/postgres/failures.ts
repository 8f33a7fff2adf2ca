import { StoreUnavailableError } from "@adjourn/sessions";
import postgres from "postgres";

/** Classes of SQLSTATE in which the server, not the statement, is at fault: connection, resources, operator, system. */
const unavailableClasses = new Set(["08", "28", "3D", "53", "57", "58", "XX"]);
/** A lock that did not come in time, a server that became read-only, a deadlock or conflict that outlived its retries. */
const unavailableStates = new Set(["55P03", "25006", "25P03", "40001", "40P01"]);
/** Serialization, deadlock, and a channel that was erased between the look at it and the write to it. */
const passingStates = new Set(["40001", "40P01", "23503"]);

/** Whether the same work may succeed at once when it is done again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && passingStates.has(error.code);

/** The error as the port has it: what the network or the server did is unavailability, the rest is a defect. */
export const translate = (error: unknown): unknown => {
  if (error instanceof StoreUnavailableError || !(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const isUnavailable =
    error instanceof postgres.PostgresError
      ? unavailableClasses.has(code.slice(0, 2)) || unavailableStates.has(code)
      : /^(E[A-Z]+|CONNECT|CONNECTION_\w+|CONNECT_TIMEOUT)$/.test(code);
  if (!isUnavailable) return error;
  return new StoreUnavailableError("The database can't be reached or did not answer", { cause: error });
};
