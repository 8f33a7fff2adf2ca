import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "../migrations/migrate.js";
import { SqliteConnection } from "./connection.js";
import { closeToOthers, makeOwnFile } from "./file-modes.js";

/** Creates the file if it is missing. @returns its real path, so that all links to it share one lock */
export const pathOf = (url: string): string => {
  const path = url.startsWith("file://") ? fileURLToPath(url) : resolve(url.slice("file:".length));
  makeOwnFile(path);
  const real = realpathSync.native(path);
  closeToOthers(real);
  return real;
};

export const openWriter = (path: string): SqliteConnection => {
  const writer = new SqliteConnection(path);
  try {
    // What is deleted is overwritten: an erased channel must not be readable from the file's free pages.
    for (const pragma of [
      "journal_mode = WAL",
      "synchronous = FULL",
      "foreign_keys = ON",
      "secure_delete = ON",
    ])
      writer.exec(`PRAGMA ${pragma}`);
    writer.exec("PRAGMA cache_size = -32768");
    // A checkpoint eight times less often than by default costs 32 MB of disk and saves most of that work.
    writer.exec("PRAGMA wal_autocheckpoint = 8000");
    migrate(writer, path);
    writer.dontWait();
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
};

export const openReader = (path: string): SqliteConnection => {
  const reader = new SqliteConnection(path);
  reader.exec("PRAGMA query_only = ON");
  reader.exec("PRAGMA cache_size = -32768");
  reader.dontWait();
  return reader;
};
