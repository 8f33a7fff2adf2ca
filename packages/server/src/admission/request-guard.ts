import type { IncomingMessage } from "node:http";
import type { Principal } from "@adjourn/router";
import type { Settings } from "../settings.js";
import { clientAddress } from "./client-address.js";
import type { ConnectionSlots } from "./connection-slots.js";
import type { OriginGuard } from "./origin-guard.js";
import { createRateLimit } from "./rate-limit.js";

/** Goes before key and role, on every wire. A valid admin or service key is not counted. */
export interface RequestGuard {
  /**
   * Judges a request's `Host` and `Origin`, then counts it against its sender; it counts even where it is refused.
   * @throws SessionError `FORBIDDEN`, `RATE_LIMITED`
   */
  admit(request: IncomingMessage, principal: Principal, calls?: number): Promise<void>;
  /**
   * Counts calls against their sender.
   * @throws SessionError `RATE_LIMITED`
   */
  count(request: IncomingMessage, principal: Principal, calls?: number): Promise<void>;
}

/** Whom a request comes from that can't be read: nobody looks who it is. */
export const stranger: Principal = { role: "nobody", why: "missing" };

type GateSettings = Pick<Settings, "rateLimitPerMinute" | "trustProxy">;

export const createRequestGuard = (
  { rateLimitPerMinute, trustProxy }: GateSettings,
  guard: OriginGuard,
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
      // A refusal for another reason comes first; until it is known, nobody hears of this one.
      counted.catch(() => {});
      guard.check(request);
      await counted;
    },
  };
};
