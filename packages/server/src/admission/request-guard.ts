import type { IncomingMessage } from "node:http";
import type { Principal } from "@adjourn/router";
import type { Settings } from "../settings.js";
import { clientAddress } from "./client-address.js";
import type { ConnectionSlots } from "./connection-slots.js";
import type { OriginGuard } from "./origin-guard.js";
import { createRateLimit } from "./rate-limit.js";

/** Runs before the checks of key and role on every wire. Requests with a valid admin or service key are not counted. */
export interface RequestGuard {
  /**
   * Counts a request against its sender and checks its `Host` and `Origin`. A refused request counts as well.
   * @throws SessionError `FORBIDDEN`, `RATE_LIMITED`
   */
  admit(request: IncomingMessage, principal: Principal, calls?: number): Promise<void>;
  /**
   * Counts calls against their sender.
   * @throws SessionError `RATE_LIMITED`
   */
  count(request: IncomingMessage, principal: Principal, calls?: number): Promise<void>;
}

/** The principal of a request that cannot be parsed, whose credentials are not checked. */
export const unreadableCaller: Principal = { role: "nobody", why: "missing" };

type GateSettings = Pick<Settings, "rateLimitPerMinute" | "trustProxy">;

export const createRequestGuard = (
  { rateLimitPerMinute, trustProxy }: GateSettings,
  originGuard: OriginGuard,
  slots: ConnectionSlots,
): RequestGuard => {
  const limit = createRateLimit(rateLimitPerMinute);

  const count: RequestGuard["count"] = async (request, { role }, calls = 1) => {
    if (role === "admin" || role === "service") {
      slots.free(request);
      slots.free(request.socket);
      return;
    }
    slots.check(request);
    await limit.consume(clientAddress(request, trustProxy), calls);
  };

  return {
    count,
    admit: async (request, principal, calls) => {
      const counted = count(request, principal, calls);
      // Another refusal takes precedence; this handler prevents an unhandled rejection until then.
      counted.catch(() => {});
      originGuard.check(request);
      await counted;
    },
  };
};
