import { createTRPCClient, type TRPCClient } from "@trpc/client";
import type { AppRouter } from "./app-router.js";
import { callLink } from "./links/call-link.js";
import { type RetrySendOptions, retrySendLink } from "./links/retry-send-link.js";
import { sessionErrorLink } from "./links/session-error-link.js";

export interface CallClientOptions {
  /** The address of the API, or of a server that passes its calls on. */
  readonly url: string;
  readonly retrySend?: RetrySendOptions | undefined;
}

/**
 * The part of `createClient` that makes calls without a token, for a page that loads the other part when it needs it.
 * Subscriptions fail. Half the size.
 */
export const createCallClient = ({ url, retrySend }: CallClientOptions): TRPCClient<AppRouter> =>
  createTRPCClient<AppRouter>({
    links: [sessionErrorLink, retrySendLink(retrySend), callLink({ url: url.replace(/\/+$/, "") })],
  });
