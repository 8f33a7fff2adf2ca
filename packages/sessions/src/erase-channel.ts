import type { Domain } from "./domain.js";
import { channelInUse, channelNotFound } from "./errors.js";
import type { Inputs, Outputs } from "./schemas.js";

/** @throws SessionError `CHANNEL_NOT_FOUND`, `CHANNEL_IN_USE` */
export const eraseChannel = async (
  domain: Domain,
  { channelId }: Inputs["eraseChannel"],
): Promise<Outputs["eraseChannel"]> => {
  const outcome = await domain.store.eraseChannel(channelId);
  if (outcome === "unknown_channel") throw channelNotFound(channelId);
  if (outcome === "in_use") throw channelInUse(channelId);
  return { success: true, message: `Channel ${channelId} erased successfully` };
};
