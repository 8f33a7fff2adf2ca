import postgres from "postgres";

export type Pool = postgres.Sql<{ bigint: number }>;

export interface PoolSettings {
  readonly url: string;
  /** The schema that has the tables; by default the connection's own. */
  readonly schema?: string | undefined;
  /** Connections at most; 10 by default. */
  readonly maxConnections?: number | undefined;
}

export const defaultConnections = 10;

/** Connections are opened as they are needed. The server gives up before the callers do, so that nothing lingers there. */
export const openPool = ({ url, schema, maxConnections = defaultConnections }: PoolSettings): Pool =>
  postgres(url, {
    max: maxConnections,
    connect_timeout: 3,
    idle_timeout: 60,
    // After a failure the next call tries again almost at once: whether the server is back is for it to say.
    backoff: () => 0.1,
    fetch_types: false,
    onnotice: () => {},
    // Times and counts are whole numbers far below the bounds of a double.
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
    connection: {
      application_name: "adjourn",
      statement_timeout: 4_000,
      lock_timeout: 3_000,
      idle_in_transaction_session_timeout: 10_000,
      synchronous_commit: "on",
      default_transaction_isolation: "read committed",
      ...(schema === undefined ? {} : { search_path: schema }),
    },
  });
