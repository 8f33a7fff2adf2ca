import type { PostgresDatabase } from "../connection/database.js";

const statements = {
  keep: "INSERT INTO secrets (name, value) VALUES ('signing', :candidate) ON CONFLICT DO NOTHING",
  read: "SELECT value FROM secrets WHERE name = 'signing'",
} as const;

/**
 * Two statements: one that waited for another node's insert would not see its row, since it began before that was
 * committed.
 */
export const readOrCreateSecret = async (database: PostgresDatabase, candidate: string): Promise<string> => {
  await database.all(statements.keep, { candidate });
  const row = await database.get<{ value: string }>(statements.read);
  if (!row) throw new Error("The secret was deleted while it was read");
  return row.value;
};
