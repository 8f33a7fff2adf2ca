import { UnusableDatabaseError } from "../../unusable-database-error.js";
import { isBusy, SqliteConnection } from "./connection.js";
import { makeOwnFile } from "./file-modes.js";

export interface ProcessLock {
  release(): void;
}

/**
 * Makes this process the only one on a database file. The lock is an open exclusive transaction on a separate file
 * beside it. The operating system releases it when the process ends in any way, and a lock file that remains has no
 * effect. A lock on the database file itself would also block its readers.
 * @throws UnusableDatabaseError where another process holds it
 */
export const lockDatabase = (path: string): ProcessLock => {
  makeOwnFile(`${path}.lock`);
  const connection = new SqliteConnection(`${path}.lock`);
  try {
    connection.dontWait();
    connection.exec("PRAGMA journal_mode = DELETE");
    connection.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    connection.close();
    if (isBusy(error))
      throw new UnusableDatabaseError(
        `The database file ${path} is in use by another process; only one at a time may have it`,
        { cause: error },
      );
    throw error;
  }
  return { release: () => connection.close() };
};
