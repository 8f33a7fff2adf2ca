import { UnusableDatabaseError } from "../../unusable-database-error.js";
import type { PostgresDatabase } from "../connection/database.js";
import { sessions } from "./0001-sessions.js";
import { secrets } from "./0002-secrets.js";
import { replies } from "./0003-replies.js";
import { fewerIndexWrites } from "./0004-fewer-index-writes.js";
import { blocks } from "./0005-blocks.js";
import { search } from "./0006-search.js";
import { webhooks } from "./0007-webhooks.js";
import { endedVia } from "./0008-ended-via.js";

/** Applied in order; `adjourn_version` counts the applied ones. A released migration is never changed. */
const migrations: readonly string[] = [
  sessions,
  secrets,
  replies,
  fewerIndexWrites,
  blocks,
  search,
  webhooks,
  endedVia,
];

/** Time limit for the migrations, including the wait for other nodes that run them. */
const timeoutMs = 600_000;

/**
 * Migrates the schema to this version in one transaction. Nodes that start together wait for each other.
 * @throws UnusableDatabaseError where a newer version made the tables
 */
export const migrate = (database: PostgresDatabase): Promise<void> =>
  database.transaction(async (transaction) => {
    await transaction.script("SET LOCAL lock_timeout = 0");
    await transaction.all(
      "SELECT pg_advisory_xact_lock(hashtext('adjourn migrations ' || current_schema()))",
    );
    await transaction.script("CREATE TABLE IF NOT EXISTS adjourn_version (version integer NOT NULL)");
    const row = await transaction.get<{ version: number }>("SELECT version FROM adjourn_version");
    const version = row?.version ?? 0;
    if (version > migrations.length)
      throw new UnusableDatabaseError(
        `The database has version ${version} and was made by a newer Adjourn; this one knows versions up to ${migrations.length}`,
      );
    if (version === migrations.length) return;
    for (const migration of migrations.slice(version)) await transaction.script(migration);
    await transaction.script("DELETE FROM adjourn_version");
    await transaction.all("INSERT INTO adjourn_version VALUES (:version)", { version: migrations.length });
  }, timeoutMs);
