import postgres from "postgres";
import { startPostgres } from "./postgres-server.js";
import { Undo } from "./undo.js";

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Reads the database directly, and cuts the nodes' connections. */
  readonly sql: postgres.Sql;
}

export const usualPostgresUrl = "postgres://postgres@127.0.0.1:5432/postgres";

/**
 * An empty database, dropped at the end: on `TEST_POSTGRES_URL`, on the usual local port, or on a server started for it.
 * @throws where none of them can be had
 */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const undo = new Undo();
  return undo.unless(async () => {
    const { admin, url: serverUrl } = await findServer(undo);
    undo.defer(() => admin.end({ timeout: 1 }));
    const name = `adjourn_cluster_${crypto.randomUUID().replaceAll("-", "")}`;
    await admin.unsafe(`CREATE DATABASE ${name}`);
    undo.defer(() => admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`));
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    const sql = connect(url.href);
    undo.defer(() => sql.end({ timeout: 1 }));
    return { url: url.href, sql, [Symbol.asyncDispose]: () => undo[Symbol.asyncDispose]() };
  });
};

const connect = (url: string): postgres.Sql =>
  postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });

const findServer = async (undo: Undo): Promise<{ admin: postgres.Sql; url: string }> => {
  const given = process.env.TEST_POSTGRES_URL;
  const url = given ?? usualPostgresUrl;
  const admin = connect(url);
  try {
    await admin`SELECT 1`;
    return { admin, url };
  } catch (error) {
    await admin.end({ timeout: 1 });
    if (given !== undefined) throw error;
  }
  const own = undo.use(await startPostgres());
  return { admin: connect(own.url), url: own.url };
};
