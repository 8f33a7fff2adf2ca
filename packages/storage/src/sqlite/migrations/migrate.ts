import { UnusableDatabaseError } from "../../unusable-database-error.js";
import type { SqliteConnection } from "../connection/connection.js";
import { sessions } from "./0001-sessions.js";
import { secrets } from "./0002-secrets.js";
import { replies } from "./0003-replies.js";
import { fewerIndexes } from "./0004-fewer-indexes.js";
import { blocks } from "./0005-blocks.js";
import { search } from "./0006-search.js";
import { webhooks } from "./0007-webhooks.js";
import { endedVia } from "./0008-ended-via.js";
import { dueTimes } from "./0009-due-times.js";

/** Applied in order; the file's `user_version` counts the applied ones. A released migration is never changed. */
const migrations: readonly string[] = [
  sessions,
  secrets,
  replies,
  fewerIndexes,
  blocks,
  search,
  webhooks,
  endedVia,
  dueTimes,
];

/**
 * Migrates the file to this version in one transaction.
 * @throws UnusableDatabaseError where a newer version made the file
 */
export const migrate = (connection: SqliteConnection, path: string): void => {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const version = connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
    if (version > migrations.length)
      throw new UnusableDatabaseError(
        `The database file ${path} has version ${version} and was made by a newer Adjourn; this one knows versions up to ${migrations.length}`,
      );
    for (const migration of migrations.slice(version)) connection.exec(migration);
    if (version < migrations.length) connection.exec(`PRAGMA user_version = ${migrations.length}`);
    connection.exec("COMMIT");
  } catch (error) {
    if (connection.inTransaction) connection.exec("ROLLBACK");
    throw error;
  }
};
