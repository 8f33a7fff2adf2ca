/** The code of the system or the HTTP client for a failed connection, such as `ECONNREFUSED`. */
export const connectionCode = (error: unknown): string | undefined => {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z0-9_]{1,48}$/.test(code) ? code : undefined;
};

const resetCodes: readonly (string | undefined)[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/**
 * Whether a rejected `fetch` failed because the connection was reset before an answer began. That happens when the peer
 * closes a kept-alive connection at the same moment, whatever the request is.
 */
export const wasReset = (error: unknown): boolean => resetCodes.includes(connectionCode(error));

/** Why a `fetch` or the reading of its body failed, as a predicate of the server. */
export const describeConnectionFailure = (error: unknown): string => {
  const code = connectionCode(error);
  const isUnanswered = error instanceof Error && error.message === "fetch failed";
  return `${isUnanswered ? "could not be reached" : "broke off its reply"}${code === undefined ? "" : ` (${code})`}`;
};
