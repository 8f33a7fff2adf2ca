import type { ServiceContext } from "../../context.js";
import type { Inputs, Outputs } from "../../schemas/index.js";
import { readPage, toBounds } from "./message-page.js";

/** Works after the channel's sessions have ended. @throws SessionError `CHANNEL_NOT_FOUND`, `VALIDATION_ERROR` */
export const getChannelMessages = async (
  context: ServiceContext,
  { channelId, ...range }: Inputs["getChannelMessages"],
): Promise<Outputs["getChannelMessages"]> => readPage(context, channelId, range.limit, toBounds(range));
