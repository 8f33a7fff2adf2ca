import type { ServiceContext } from "../../context.js";
import { toBlock } from "../../model/block.js";
import { decodeCursor, encodeCursor } from "../../paging/page-cursor.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** Newest first. @throws SessionError `VALIDATION_ERROR` for a malformed cursor */
export const listBlocks = async (
  { store }: ServiceContext,
  { limit, cursor }: Inputs["listBlocks"],
): Promise<Outputs["listBlocks"]> => {
  const { blocks, next } = await store.listBlocks({ limit, after: decodeCursor(cursor, "blockedAt") });
  return { blocks: blocks.map(toBlock), ...(next ? { nextCursor: encodeCursor(next, "blockedAt") } : {}) };
};
