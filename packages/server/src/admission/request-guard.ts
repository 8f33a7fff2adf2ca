import type { IncomingMessage } from "node:http";
import type { Principal } from "@adjourn/router";
import type { Settings } from "../settings.js";
import { clientAddress, type Sender } from "./client-address.js";
import type { ConnectionSlots } from "./connection-slots.js";
import type { OriginGuard } from "./origin-guard.js";
import { createRateLimit } from "./rate-limit.js";

/** Runs before the checks of key and role on every wire. Requests with a valid admin or service key are not counted. */
export interface RequestGuard {
  /**
   * Counts a request against its sender and checks its `Host` and `Origin`. A refused request counts as well. There is
   * nothing to wait for where no limit applies.
   * @throws SessionError `FORBIDDEN`, `RATE_LIMITED`
   */
  admit(request: IncomingMessage, principal: Principal, calls?: number): Promise<void> | null;
  /**
   * Counts calls against their sender.
   * @throws SessionError `RATE_LIMITED`
   */
  count(request: Sender, principal: Principal, calls?: number): Promise<void>;
}

/** The principal of a request that cannot be parsed, whose credentials are not checked. */
export const unreadableCaller: Principal = { role: "nobody", why: "missing" };

type GuardSettings = Pick<Settings, "rateLimitPerMinute" | "trustProxy">;

export const createRequestGuard = (
  { rateLimitPerMinute, trustProxy }: GuardSettings,
  originGuard: OriginGuard,
  slots: ConnectionSlots,
): RequestGuard => {
  const limit = createRateLimit(rateLimitPerMinute);

  const consume = async (sender: Sender, calls: number): Promise<void> => {
    slots.check(sender);
    await limit.consume(clientAddress(sender, trustProxy), calls);
  };

  const count = (sender: Sender, { role }: Principal, calls = 1): Promise<void> | null => {
    if (role !== "admin" && role !== "service")
      return rateLimitPerMinute === 0 ? null : consume(sender, calls);
    slots.free(sender);
    slots.free(sender.socket);
    return null;
  };

  return {
    count: async (...given) => (await count(...given)) ?? undefined,
    admit: (request, principal, calls) => {
      const counted = count(request, principal, calls);
      // Another refusal takes precedence; this handler prevents an unhandled rejection until then.
      counted?.catch(() => {});
      originGuard.check(request);
      return counted;
    },
  };
};
