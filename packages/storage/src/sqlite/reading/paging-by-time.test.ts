import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SqliteConnection } from "../connection/connection.js";
import { openWriter } from "../connection/open-connections.js";
import { listMessages } from "../tables/messages-table.js";

let folder: string;
let writer: SqliteConnection;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  writer = openWriter(join(folder, "adjourn.db"));
  writer.exec("INSERT INTO channels (id, user_id, created_at) VALUES ('c', 'u', 1)");
});
afterEach(() => {
  writer.close();
  rmSync(folder, { recursive: true });
});

/** A message has the time 10 × its seq. */
const insert = (seqs: readonly number[]) => {
  for (const seq of seqs)
    writer.run(
      `INSERT INTO messages (id, channel_id, seq, author_id, is_agent, content, metadata, created_at)
      VALUES (:id, 'c', :seq, 'u', 0, 'x', '{}', :time)`,
      { id: `m${seq}`, seq, time: seq * 10 },
    );
};

const shown = (bounds: { before?: { time: number }; after?: { time: number } }): number[] => {
  const page = listMessages(writer, { channelId: "c", limit: 100, ...bounds });
  return page.outcome === "page" ? page.messages.map(({ seq }) => seq).reverse() : [];
};

test.each([
  ["no message", []],
  ["one message", [1]],
  ["all of them", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]],
  ["a history that is being deleted", [2, 3, 7, 8, 9, 20, 33, 34]],
])("a time excludes exactly the messages on its side: %s", (_, seqs) => {
  insert(seqs);
  for (let time = 0; time <= 360; time += 5) {
    expect(shown({ before: { time } })).toEqual(seqs.filter((seq) => seq * 10 < time));
    expect(shown({ after: { time } })).toEqual(seqs.filter((seq) => seq * 10 > time));
    expect(shown({ before: { time: time + 100 }, after: { time } })).toEqual(
      seqs.filter((seq) => seq * 10 > time && seq * 10 < time + 100),
    );
  }
});
