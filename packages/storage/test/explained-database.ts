import { PostgresDatabase } from "../src/postgres/connection/database.js";
import type { Parameters } from "../src/postgres/connection/named-parameters.js";
import type { Queryable, QueryableTransaction } from "../src/postgres/connection/queryable.js";

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
}

/** The rows that a statement read of a table, and the kind of access. */
export interface Read {
  readonly table: string;
  readonly by: string;
  readonly rows: number;
}

/** Before each statement it runs EXPLAIN ANALYZE, undoes it, and records how many rows were read. */
export class ExplainedDatabase extends PostgresDatabase {
  readonly reads: Read[] = [];

  override all<Row>(sql: string, parameters: Parameters = {}): Promise<Row[]> {
    return this.transaction((transaction) => transaction.all<Row>(sql, parameters));
  }

  override async get<Row>(sql: string, parameters?: Parameters): Promise<Row | undefined> {
    return (await this.all<Row>(sql, parameters))[0];
  }

  override transaction<Result>(
    work: (transaction: QueryableTransaction) => Promise<Result>,
  ): Promise<Result> {
    return super.transaction((transaction) => {
      const all: Queryable["all"] = async (sql, parameters) => {
        await this.explain(transaction, sql, parameters);
        return transaction.all(sql, parameters);
      };
      const get: Queryable["get"] = async <Row>(sql: string, parameters?: Parameters) =>
        (await all<Row>(sql, parameters))[0];
      return work({ ...transaction, all, get });
    });
  }

  private async explain(
    transaction: QueryableTransaction,
    sql: string,
    parameters?: Parameters,
  ): Promise<void> {
    await transaction.script("SAVEPOINT before");
    const explain = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`;
    const row = await transaction.get<{ "QUERY PLAN": readonly [{ readonly Plan: PlanNode }] }>(
      explain,
      parameters,
    );
    await transaction.script("ROLLBACK TO SAVEPOINT before");
    if (row) this.note(row["QUERY PLAN"][0].Plan);
  }

  private note(node: PlanNode): void {
    const { "Relation Name": table, "Index Name": index, "Actual Loops": loops, Plans: parts = [] } = node;
    if (/Scan$/.test(node["Node Type"]) && (table ?? index) !== undefined) {
      const rows = (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * loops;
      this.reads.push({ table: table ?? "", by: index ?? node["Node Type"], rows });
    }
    for (const part of parts) this.note(part);
  }
}
