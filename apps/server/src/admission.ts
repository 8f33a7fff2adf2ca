import type { IncomingMessage } from "node:http";
import type { Principal } from "@adjourn/router";
import { clientAddress } from "./client-address.js";
import type { Settings } from "./env.js";
import { createRateLimit } from "./rate-limit.js";

/**
 * Counts a request against its sender, unless a valid admin or service key came with it.
 * @throws SessionError `RATE_LIMITED`
 */
export type Admit = (request: IncomingMessage, principal: Principal, calls?: number) => Promise<void>;

export const createAdmit = ({
  rateLimitPerMinute,
  trustProxy,
}: Pick<Settings, "rateLimitPerMinute" | "trustProxy">): Admit => {
  const limit = createRateLimit(rateLimitPerMinute);
  return async (request, { role }, calls = 1) => {
    if (role !== "admin" && role !== "service")
      await limit.consume(clientAddress(request, trustProxy), calls);
  };
};
