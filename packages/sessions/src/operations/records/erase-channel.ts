import type { ServiceContext } from "../../context.js";
import { channelInUse, channelNotFound } from "../../model/errors.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** @throws SessionError `CHANNEL_NOT_FOUND`, `CHANNEL_IN_USE` */
export const eraseChannel = async (
  context: ServiceContext,
  { channelId }: Inputs["eraseChannel"],
): Promise<Outputs["eraseChannel"]> => {
  const outcome = await context.store.eraseChannel(channelId);
  if (outcome === "unknown_channel") throw channelNotFound(channelId);
  if (outcome === "in_use") throw channelInUse(channelId);
  return { success: true, message: `Channel ${channelId} erased successfully` };
};
