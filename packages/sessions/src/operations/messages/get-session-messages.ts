import type { ServiceContext } from "../../context.js";
import type { Inputs, Outputs } from "../../schemas/index.js";
import { readLive } from "../sessions/get-session.js";
import { readPage, toBounds } from "./message-page.js";

/** The whole channel of a live session. @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `VALIDATION_ERROR` */
export const getSessionMessages = async (
  context: ServiceContext,
  { sessionId, ...range }: Inputs["getSessionMessages"],
): Promise<Outputs["getSessionMessages"]> => {
  const bounds = toBounds(range);
  const { channelId } = await readLive(context, sessionId);
  return readPage(context, channelId, range.limit, bounds);
};
