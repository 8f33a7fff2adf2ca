import { StoreUnavailableError } from "@adjourn/sessions";
import type { Queryable } from "./queryable.js";

/** What one call asks of a session, as `json_to_recordset` reads it. */
export interface BatchItem {
  readonly sessionId: string;
  readonly [name: string]: string | number | null;
}

/** A value in SQL: a parameter of a statement, or a column of a batch's CTE `item`. */
export type Field = (name: string) => string;
export const ofParameters: Field = (name) => `:${name}`;
export const ofItem: Field = (name) => `item."${name}"`;

/** The CTE `item`, with these columns beside the session's id. */
export const itemsWith = (columns: Readonly<Record<string, "text" | "bigint">>): string => {
  const typed = Object.entries({ sessionId: "text", ...columns }).map(([name, type]) => `"${name}" ${type}`);
  return `item AS MATERIALIZED (
    SELECT * FROM json_to_recordset(:items::text::json) AS item (${typed.join(", ")}))`;
};

/** Whether a row of `table` belongs to a session of the CTE `item`. */
export const isOfItems = (table: string): string =>
  `${table}.session_id = ANY (ARRAY(SELECT "sessionId" FROM item))`;

const maxRunning = 2;
const maxItems = 50;
const maxWaiting = 1_000;
/** The characters of a longer item, which is not put into a batch. */
const maxCharacters = 8_192;

interface Waiting<Row> {
  readonly item: BatchItem;
  readonly resolve: (rows: readonly Row[] | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls for different sessions that share one statement, and so one round trip and one commit. The first ones run at once;
 * what comes meanwhile forms the next batch. The statement takes its items as the parameter `items`. One that writes must
 * skip locked rows, so that no call waits for another one's session; whoever gets no row repeats the write alone.
 */
export class StatementBatches<Row extends { readonly session_id: string }> {
  private readonly waiting = new Map<string, Waiting<Row>>();
  private running = 0;

  constructor(
    private readonly database: Queryable,
    private readonly sql: string,
  ) {}

  /**
   * @returns the rows of the item's session; null if the item was in no batch, or the batch was refused as a whole
   * @throws StoreUnavailableError if the batch may have been committed
   */
  run(item: BatchItem): Promise<readonly Row[] | null> {
    const { waiting } = this;
    if (waiting.size >= maxWaiting || waiting.has(item.sessionId) || isLong(item))
      return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      waiting.set(item.sessionId, { item, resolve, reject });
      this.start();
    });
  }

  private start(): void {
    const next = (): void => {
      this.running--;
      this.start();
    };
    while (this.running < maxRunning && this.waiting.size > 0) {
      const batch = [...this.waiting.values()].slice(0, maxItems);
      for (const { item } of batch) this.waiting.delete(item.sessionId);
      this.running++;
      this.send(batch).then(next, next);
    }
  }

  private async send(batch: readonly Waiting<Row>[]): Promise<void> {
    try {
      const items = JSON.stringify(batch.map(({ item }) => item));
      const rows = await this.database.all<Row>(this.sql, { items });
      const bySession = new Map<string, Row[]>(batch.map(({ item }) => [item.sessionId, []]));
      for (const row of rows) bySession.get(row.session_id)?.push(row);
      for (const { item, resolve } of batch) resolve(bySession.get(item.sessionId) ?? []);
    } catch (error) {
      // If the server has refused the statement because of one item, nothing was written.
      const wasRefused = !(error instanceof StoreUnavailableError);
      for (const { resolve, reject } of batch) wasRefused ? resolve(null) : reject(error);
      if (!wasRefused) this.dissolve();
    }
  }

  /** Lets the waiting calls go alone: batch after batch, they would wait for as many failures. */
  private dissolve(): void {
    for (const { resolve } of this.waiting.values()) resolve(null);
    this.waiting.clear();
  }
}

const isLong = (item: BatchItem): boolean => {
  let characters = 0;
  for (const value of Object.values(item)) if (typeof value === "string") characters += value.length;
  return characters > maxCharacters;
};
