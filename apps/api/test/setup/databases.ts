import { createTestDatabase } from "../cluster/setup/test-database.js";
import { cannotRunCluster } from "../cluster/setup/what-is-missing.js";
import { startTestServer, type TestServer } from "./test-server.js";

/** Starts servers over a database of their own kind, each gone with its server. */
export interface Database {
  readonly name: string;
  readonly skip: boolean;
  start(env?: NodeJS.ProcessEnv): Promise<TestServer>;
}

const overPostgres = async (env: NodeJS.ProcessEnv = {}): Promise<TestServer> => {
  const database = await createTestDatabase();
  try {
    const server = await startTestServer({ ...env, DATABASE_URL: database.url });
    const dispose = async () => {
      await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    };
    return { ...server, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
};

/** Every kind that the product runs on, for `describe.each`. */
export const databases: readonly Database[] = [
  { name: "SQLite", skip: false, start: (env) => startTestServer(env) },
  { name: "Postgres", skip: await cannotRunCluster(), start: overPostgres },
];
