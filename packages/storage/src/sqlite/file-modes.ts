import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { UnusableDatabaseError } from "../unusable-database-error.js";

const ownFolder = 0o700;
const ownFile = 0o600;
const othersMay = 0o077;

/** Suffixes of the database file and of the files beside it: SQLite's own and the lock. */
const companions = ["", "-wal", "-shm", "-journal", ".lock"];

/** Creates the file and missing folders, readable by this user alone. */
export const makeOwnFile = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: ownFolder });
  closeSync(openSync(path, "a", ownFile));
};

/**
 * Removes other users' access to the database, its logs and its lock, which files of earlier versions granted. The
 * folder is not changed, since others may use it too.
 * @throws UnusableDatabaseError where this user may not change the file
 */
export const closeToOthers = (path: string): void => {
  // Windows has no such modes; its files inherit the folder's rights.
  if (process.platform === "win32") return;
  for (const file of companions.map((suffix) => path + suffix)) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode;
    if (mode === undefined || (mode & othersMay) === 0) continue;
    try {
      chmodSync(file, ownFile);
    } catch (error) {
      throw new UnusableDatabaseError(
        `The file ${file} is open to other users and belongs to one of them; allowed: a file of the user that runs the server`,
        { cause: error },
      );
    }
  }
};
