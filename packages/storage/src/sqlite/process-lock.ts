import { UnusableDatabaseError } from "../unusable-database-error.js";
import { isBusy, SqliteConnection } from "./connection.js";
import { makeOwnFile } from "./file-modes.js";

export interface ProcessLock {
  release(): void;
}

/**
 * Makes this process the only one on a database file. The lock is an open exclusive transaction on a file of its own
 * beside it, hence the operating system's: it goes with the process, however that dies, and the file that stays behind
 * means nothing. The database's own file can't carry it, since its readers would be locked out too.
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
