import type { Domain } from "./domain.js";
import { readLive } from "./get-session.js";
import { readPage, toBounds } from "./message-page.js";
import type { Inputs, Outputs } from "./schemas.js";

/** The whole channel of a live session. @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `VALIDATION_ERROR` */
export const getSessionMessages = async (
  domain: Domain,
  { sessionId, ...range }: Inputs["getSessionMessages"],
): Promise<Outputs["getSessionMessages"]> => {
  const bounds = toBounds(range);
  const { channelId } = await readLive(domain, sessionId);
  return readPage(domain, channelId, range.limit, bounds);
};
