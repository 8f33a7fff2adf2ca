import { z } from "zod";
import { blockSchema } from "../model/block.js";
import { count, page, reason, time, uuid } from "./fields.js";

export const blockInputs = {
  blockUser: z.object({
    userId: uuid,
    /** In the future; null or absent: for good. */
    until: time.nullish(),
    reason: reason.nullish(),
  }),
  unblockUser: z.object({ userId: uuid }),
  listBlocks: page.prefault({}),
} as const;

export const blockOutputs = {
  blockUser: blockSchema.extend({ ended: count }),
  unblockUser: z.object({ success: z.literal(true), message: z.string() }),
  listBlocks: z.object({ blocks: z.array(blockSchema), nextCursor: z.string().optional() }),
} as const;
