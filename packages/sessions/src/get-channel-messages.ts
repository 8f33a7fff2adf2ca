import type { Domain } from "./domain.js";
import { readPage, toBounds } from "./message-page.js";
import type { Inputs, Outputs } from "./schemas.js";

/** Also after its sessions are over. @throws SessionError `CHANNEL_NOT_FOUND`, `VALIDATION_ERROR` */
export const getChannelMessages = async (
  domain: Domain,
  { channelId, ...range }: Inputs["getChannelMessages"],
): Promise<Outputs["getChannelMessages"]> => readPage(domain, channelId, range.limit, toBounds(range));
