import { httpBatchLink, httpLink, splitLink, type TRPCLink } from "@trpc/client";
import type { AppRouter } from "../app-router.js";

/** Calls. The server refuses a larger batch. */
const maxBatchCalls = 20;
const maxUrlLength = 2_000;

interface CallOptions {
  /** The address of the API, without a slash at the end. */
  readonly url: string;
  readonly headers?: () => Promise<Record<string, string>>;
}

/** Sends queries and mutations over HTTP, those of one turn of the event loop in one request. */
export const callLink = ({ url, headers = async () => ({}) }: CallOptions): TRPCLink<AppRouter> => {
  const http = { url: `${url}/trpc`, headers };
  return splitLink({
    // A call that waits for a complete reply would delay the other answers of its batch.
    condition: ({ path }) => path === "sendSessionMessage",
    true: httpLink(http),
    false: httpBatchLink({ ...http, maxItems: maxBatchCalls, maxURLLength: maxUrlLength }),
  });
};
