import type { ServiceContext } from "../../context.js";
import { blockNotFound } from "../../model/block.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** @throws SessionError `BLOCK_NOT_FOUND` */
export const unblockUser = async (
  { store }: ServiceContext,
  { userId }: Inputs["unblockUser"],
): Promise<Outputs["unblockUser"]> => {
  if (!(await store.unblockUser(userId))) throw blockNotFound(userId);
  return { success: true, message: `User ${userId} unblocked successfully` };
};
