import { sessionErrorOf } from "@adjourn/client";

/** Whether a call failed because its session is gone or never existed. */
export const isGoneError = (error: unknown): boolean => {
  const code = sessionErrorOf(error)?.code;
  return code === "SESSION_NOT_FOUND" || code === "SESSION_EXPIRED" || code === "SESSION_ENDED";
};

const triesAgain = " This page tries again by itself.";

/** The message for a failed call that only its caller makes again. */
export const describeFailure = (error: unknown): string =>
  describeError(error).replace(triesAgain, " Try again.");

/** The message that the pages show for a failed call. */
export const describeError = (error: unknown): string => {
  const code = sessionErrorOf(error)?.code;
  if (code === undefined || code === "SERVICE_UNAVAILABLE")
    return `The Adjourn API can't be reached.${triesAgain}`;
  if (code === "CHANNEL_NOT_FOUND") return "This conversation has been erased.";
  if (code === "UNAUTHORIZED") return "Your sign-in had run out, so nothing was done.";
  if (code === "FORBIDDEN") return "This key may not do that.";
  if (code === "RATE_LIMITED") return "Too many requests. Wait a moment, then try again.";
  return error instanceof Error ? error.message : "Something went wrong.";
};
