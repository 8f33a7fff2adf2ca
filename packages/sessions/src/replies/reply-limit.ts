import { SessionError } from "../model/errors.js";
import { limits } from "../schemas/index.js";

export const tooManyReplies = (sessionId: string): SessionError =>
  new SessionError("RATE_LIMITED", "Too many replies in flight in this session", {
    sessionId,
    limit: limits.inFlightReplies,
  });
