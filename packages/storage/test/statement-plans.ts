import type postgres from "postgres";

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * The tables that Postgres reads whole for a statement although sequential scans are disabled, because no index serves.
 * The plan does not depend on values, as for a prepared statement.
 */
export const readWhole = async (sql: postgres.Sql, statement: string): Promise<string[]> => {
  const parameters = Math.max(0, ...[...statement.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  const values = Array.from({ length: parameters }, () => "NULL").join(", ");
  const rows = await sql.begin(async (transaction) => {
    await transaction.unsafe(
      "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan",
    );
    await transaction.unsafe(`PREPARE explained AS ${statement}`);
    const explained = await transaction.unsafe(
      `EXPLAIN (FORMAT JSON) EXECUTE explained${parameters > 0 ? `(${values})` : ""}`,
    );
    await transaction.unsafe("DEALLOCATE explained");
    return explained;
  });
  return rows.flatMap((row) => {
    const [{ Plan: plan }] = row["QUERY PLAN"] as [{ Plan: PlanNode }];
    return wholeTables(plan);
  });
};

const wholeTables = (node: PlanNode): string[] => [
  ...(node["Node Type"] === "Seq Scan" ? [node["Relation Name"] ?? ""] : []),
  ...(node.Plans ?? []).flatMap(wholeTables),
];
