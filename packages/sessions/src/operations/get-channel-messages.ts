import type { ServiceContext } from "../context.js";
import { readPage, toBounds } from "../paging/message-page.js";
import type { Inputs, Outputs } from "../schemas/index.js";

/** Also after its sessions are over. @throws SessionError `CHANNEL_NOT_FOUND`, `VALIDATION_ERROR` */
export const getChannelMessages = async (
  context: ServiceContext,
  { channelId, ...range }: Inputs["getChannelMessages"],
): Promise<Outputs["getChannelMessages"]> => readPage(context, channelId, range.limit, toBounds(range));
