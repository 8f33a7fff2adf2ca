import type { TRPCClientError } from "@trpc/client";
import type { AppRouter } from "./app-router.js";
import { sessionErrorOf } from "./session-error.js";

/** Whether another attempt may succeed: the connection was lost, could not be made, or the server is not available. */
export const isTransient = (error: TRPCClientError<AppRouter>): boolean => {
  const refusal = sessionErrorOf(error);
  if (refusal) return refusal.code === "SERVICE_UNAVAILABLE";
  if (error.data || error.shape) return false;
  const cause: unknown = error.cause;
  if (typeof cause !== "object" || cause === null) return false;
  // A WebSocket's close or error, which `wsLink` gives as the cause.
  if ("type" in cause) return cause.type === "close" || cause.type === "error";
  // `fetch` fails with a TypeError if the network does. An answer that is not JSON is a SyntaxError.
  return "name" in cause && cause.name === "TypeError";
};
