import type { ServiceContext } from "../../context.js";
import { toBlock } from "../../model/block.js";
import { decodeCursor, encodeCursor } from "../../paging/page-cursor.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** Newest first. @throws SessionError `VALIDATION_ERROR` for a malformed cursor, or one of another list */
export const listBlocks = async (
  { store }: ServiceContext,
  { limit, cursor }: Inputs["listBlocks"],
): Promise<Outputs["listBlocks"]> => {
  const { blocks, next } = await store.listBlocks({ limit, after: decodeCursor(cursor, "blocks.blockedAt") });
  return {
    blocks: blocks.map(toBlock),
    ...(next ? { nextCursor: encodeCursor(next, "blocks.blockedAt") } : {}),
  };
};
