/** A system's or HTTP client's own code for a connection that failed, such as `ECONNREFUSED`; never a sentence. */
export const connectionCode = (error: unknown): string | undefined => {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z0-9_]{1,48}$/.test(code) ? code : undefined;
};

const resetCodes: readonly (string | undefined)[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/**
 * Whether a `fetch` that was rejected met a connection that was cut before an answer began. That happens to a kept-alive
 * connection which the other side closes in the same moment, and means nothing about the request.
 */
export const wasReset = (error: unknown): boolean => resetCodes.includes(connectionCode(error));

/** What a `fetch`, or the reading of its body, failed with, as the end of a sentence about the server. */
export const describeConnectionFailure = (error: unknown): string => {
  const code = connectionCode(error);
  const isUnanswered = error instanceof Error && error.message === "fetch failed";
  return `${isUnanswered ? "could not be reached" : "broke off its reply"}${code === undefined ? "" : ` (${code})`}`;
};
