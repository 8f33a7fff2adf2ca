import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, describeSessionStore } from "@adjourn/testkit";
import { expect, test } from "vitest";
import { assembleStore, openReader, openWriter } from "./session-store.js";

/** The plan of every statement that the suite has run, by its text. */
const plans = new Map<string, readonly string[]>();

describeSessionStore("the session store in SQLite", async () => {
  const clock = createFakeClock();
  const folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  const path = join(folder, "adjourn.db");
  const [writer, reader] = [openWriter(path), openReader(path)];
  const store = assembleStore(writer, reader, clock, () => {});
  return {
    store,
    other: store,
    advance: clock.advance,
    close: async () => {
      for (const sql of [...writer.prepared, ...reader.prepared])
        if (/^(SELECT|INSERT|UPDATE|DELETE)/.test(sql) && !plans.has(sql))
          plans.set(
            sql,
            reader.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail),
          );
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});

/** The newest first, as far as the page goes; counts from an index alone; and lists that were read before. */
const allowed =
  /^SCAN (json_each|CONSTANT ROW|oldest$|\w+ USING INDEX \w+_by_(creation|time)$|\w+ USING COVERING INDEX)/;

/** What a search by the start of ids has found is sorted; that is its length, not the table's. */
const isSearch = (sql: string): boolean => sql.includes("UNION SELECT rowid");

test("no statement of all those that the suite has run scans a table or sorts one", () => {
  expect(plans.size).toBeGreaterThan(50);
  const scans = [...plans].flatMap(([sql, plan]) =>
    plan
      .filter((step) => /^SCAN /.test(step) || (/TEMP B-TREE FOR ORDER/.test(step) && !isSearch(sql)))
      .filter((step) => !allowed.test(step))
      .map((step) => `${step}: ${sql}`),
  );
  expect(scans).toEqual([]);
});
