import type postgres from "postgres";
import { type Parameters, withPositions } from "./named-parameters.js";
import type { Pool } from "./pool.js";

type Transaction = postgres.TransactionSql<{ bigint: number }>;

/** What runs statements with named parameters: the database, or one transaction on it. */
export interface Queryable {
  all<Row>(sql: string, parameters?: Parameters): Promise<Row[]>;
  /** The first row; a statement that writes has written all of its rows even so. */
  get<Row>(sql: string, parameters?: Parameters): Promise<Row | undefined>;
}

export interface QueryableTransaction extends Queryable {
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
}

export const queryable = (sql: Pool | Transaction): Queryable => {
  const all = async <Row>(text: string, parameters: Parameters = {}): Promise<Row[]> => {
    const statement = withPositions(text, parameters);
    const rows = await sql.unsafe(statement.text, statement.values, { prepare: true });
    return [...rows] as Row[];
  };
  return {
    all,
    get: async <Row>(text: string, parameters?: Parameters) => (await all<Row>(text, parameters))[0],
  };
};
