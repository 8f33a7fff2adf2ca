import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WebhookWatch } from "@adjourn/sessions";
import {
  contractWatches,
  createFakeClock,
  describeSessionStore,
  describeWebhookStore,
} from "@adjourn/testkit";
import { expect, test } from "vitest";
import { openReader, openWriter } from "./connection/open-connections.js";
import { assembleStore } from "./session-store.js";
import { watch } from "./tables/webhook-outbox.js";

/** The plans of the statements that the suite ran, by their text. */
const plans = new Map<string, readonly string[]>();

const open = async (webhooks: readonly WebhookWatch[] = []) => {
  const clock = createFakeClock();
  const folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  const path = join(folder, "adjourn.db");
  const [writer, reader] = [openWriter(path), openReader(path)];
  watch(writer, webhooks);
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
};

describeSessionStore("the session store in SQLite", () => open());
describeWebhookStore("the webhook deliveries in SQLite", () => open(contractWatches));

/** Permitted scans: a page from the newest row, counts from a covering index, and lists that were read before. */
const allowed =
  /^SCAN (json_each|asked VIRTUAL|wanted VIRTUAL|search_index VIRTUAL TABLE|found$|part$|conversation$|search_position$|search_queue$|CONSTANT ROW|oldest$|slice$|\w+ USING INDEX \w+_by_(creation|time)$|\w+ USING COVERING INDEX)/;

/** A search, and the filters by replies and by ids, sort the rows that they found, and a list by expiry those of a turn. */
const isFinding = (sql: string): boolean =>
  /UNION SELECT rowid|json_each\(:(conversations|words|sessionIds)\)|FROM replies WHERE held_until|BY sessions_by_due/.test(
    sql,
  );

test("no statement of the contract suite scans or sorts a table", () => {
  expect(plans.size).toBeGreaterThan(50);
  const scans = [...plans].flatMap(([sql, plan]) =>
    plan
      .filter((step) => /^SCAN /.test(step) || (/TEMP B-TREE FOR ORDER/.test(step) && !isFinding(sql)))
      .filter((step) => !allowed.test(step))
      .map((step) => `${step}: ${sql}`),
  );
  expect(scans).toEqual([]);
});
