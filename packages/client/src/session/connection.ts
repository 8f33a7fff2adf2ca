import type { TRPCClient } from "@trpc/client";
import type { AppRouter } from "../app-router.js";
import type { RetrySendOptions } from "../links/retry-send-link.js";
import type { TokenSource } from "../token-source.js";

/** What the sessions of one client share. */
export interface Connection {
  /** Without a slash at the end. */
  readonly url: string;
  readonly headers: () => Promise<Record<string, string>>;
  readonly tokens: Pick<TokenSource, "canRenew" | "refuse">;
  readonly trpc: TRPCClient<AppRouter>;
  readonly retrySend: RetrySendOptions | undefined;
  /** Aborts when the client is closed. */
  readonly closed: AbortSignal;
}
