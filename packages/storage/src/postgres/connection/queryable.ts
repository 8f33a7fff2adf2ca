import type { PostgresOutbox } from "../tables/webhook-outbox.js";
import type { PostgresConnection } from "./connection.js";
import { type Parameters, withPositions } from "./named-parameters.js";

/**
 * Runs statements with named parameters: the database, or one transaction on it. `Row` names the columns that the
 * statement returns, in the schema's types; rows are not validated at run time. A `bigint` arrives as a number, exact up
 * to `Number.MAX_SAFE_INTEGER`. The schema is this package's own, and the store contract runs every statement.
 */
export interface Queryable {
  /** Missing if no webhooks are configured. */
  readonly outbox?: PostgresOutbox | undefined;
  all<Row>(sql: string, parameters?: Parameters): Promise<Row[]>;
  /** The first row. A statement that writes still writes all of its rows. */
  get<Row>(sql: string, parameters?: Parameters): Promise<Row | undefined>;
}

export interface QueryableTransaction extends Queryable {
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
}

/** The transaction that is open on a connection. */
export const transactionOn = (
  connection: PostgresConnection,
  outbox?: PostgresOutbox,
): QueryableTransaction => {
  const all = async <Row>(sql: string, parameters: Parameters = {}): Promise<Row[]> =>
    (await connection.query(withPositions(sql, parameters))).rows;
  return {
    outbox,
    all,
    get: async <Row>(sql: string, parameters?: Parameters) => (await all<Row>(sql, parameters))[0],
    script: (sql) => connection.script(sql),
  };
};
