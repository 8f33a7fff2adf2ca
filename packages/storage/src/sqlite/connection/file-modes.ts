import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { UnusableDatabaseError } from "../../unusable-database-error.js";

const ownFolder = 0o700;
const ownFile = 0o600;
const othersMay = 0o077;

/** Suffixes of the database file and of the files beside it: SQLite's own and the lock. */
const companions = ["", "-wal", "-shm", "-journal", ".lock"];

/**
 * Creates the file and missing folders, readable by this user alone.
 * @throws UnusableDatabaseError for a device, a pipe or a folder, whose mode must not be changed
 */
export const makeOwnFile = (path: string): void => {
  makeOwnFolder(dirname(path));
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new UnusableDatabaseError(`${path} is not a regular file; allowed: the path of a file`);
  closeSync(openSync(path, "a", ownFile));
};

/** Node's recursive `mkdir` never returns where the system creates no folders, such as below `/proc`. */
const makeOwnFolder = (folder: string): void => {
  if (existsSync(folder)) return;
  makeOwnFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: ownFolder });
  } catch (error) {
    // Another process may have created it meanwhile.
    if (!existsSync(folder)) throw error;
  }
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
