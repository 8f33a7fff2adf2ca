import { open, rm } from "node:fs/promises";
import { StoreUnavailableError } from "@adjourn/sessions";
import type { SqliteConnection } from "./connection.js";

/** More than any one write needs. */
const probeBytes = 262_144;

/** Within a transaction: writes one page of the file as it is. */
export const rewriteHeader = (connection: SqliteConnection): void => {
  const row = connection.get<{ user_version: number }>("PRAGMA user_version");
  if (row) connection.exec(`PRAGMA user_version = ${row.user_version}`);
};

/**
 * Checks for disk space after a failed write, with a larger write: a single page may still fit on a full disk.
 * @throws StoreUnavailableError where the disk is still full
 */
export const findRoom = async (path: string): Promise<void> => {
  const probe = `${path}.probe`;
  try {
    const file = await open(probe, "w", 0o600);
    try {
      await file.writeFile(Buffer.alloc(probeBytes));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new StoreUnavailableError("The disk takes nothing more", { cause });
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
};
