import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openReader, openWriter } from "./open-connections.js";

const full = 2;

test("a commit waits for the disk: the writer runs with synchronous=FULL on a write-ahead log", () => {
  const folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  const path = join(folder, "adjourn.db");
  const writer = openWriter(path);
  const reader = openReader(path);
  try {
    expect(writer.get("PRAGMA synchronous")).toMatchObject({ synchronous: full });
    expect(writer.get("PRAGMA journal_mode")).toMatchObject({ journal_mode: "wal" });
    expect(reader.get("PRAGMA query_only")).toMatchObject({ query_only: 1 });
  } finally {
    reader.close();
    writer.close();
    rmSync(folder, { recursive: true });
  }
});
