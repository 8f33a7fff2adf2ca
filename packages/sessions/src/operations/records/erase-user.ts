import type { ServiceContext } from "../../context.js";
import { SessionError } from "../../model/errors.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** Erases every channel of a user; a block stays. @throws SessionError `CHANNEL_IN_USE`, and then nothing is erased */
export const eraseUser = async (
  context: ServiceContext,
  { userId }: Inputs["eraseUser"],
): Promise<Outputs["eraseUser"]> => {
  const erased = await context.store.eraseUser(userId);
  if (erased.outcome === "in_use")
    throw new SessionError("CHANNEL_IN_USE", "A live session of this user is using a channel", { userId });
  return { success: true, message: `User ${userId} erased successfully`, channels: erased.channels };
};
