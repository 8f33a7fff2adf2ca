import postgres from "postgres";

/** The database of `npm run cluster` on a server where none is named. */
export const ownDatabaseName = "adjourn";

/** The address of that database, on the server of `serverUrl`. */
export const ownDatabaseUrl = (serverUrl: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/${ownDatabaseName}`;
  return url.href;
};

/**
 * Creates that database unless it is there. `serverUrl` names another one, to connect to; nothing is written to it.
 * @returns whether it was created
 */
export const createOwnDatabase = async (serverUrl: string): Promise<boolean> => {
  const sql = postgres(serverUrl, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    const found = await sql`SELECT 1 FROM pg_database WHERE datname = ${ownDatabaseName}`;
    if (found.length > 0) return false;
    await sql.unsafe(`CREATE DATABASE ${ownDatabaseName}`);
    return true;
  } finally {
    await sql.end({ timeout: 1 });
  }
};
