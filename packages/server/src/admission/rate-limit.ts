/// <reference path="./rate-limiter-flexible.d.ts" />
import { SessionError } from "@adjourn/sessions";
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import RateLimiterRes from "rate-limiter-flexible/lib/RateLimiterRes.js";
import { networkOf } from "../network-address.js";

export interface RateLimit {
  /**
   * Counts a request of an address.
   * @throws SessionError `RATE_LIMITED` with `details.retryAfterSeconds`
   */
  consume(address: string, requests?: number): Promise<void>;
}

/** A window of one minute from an address's first request. Memory is bounded by the addresses of the last minute. */
export const createRateLimit = (requestsPerMinute: number): RateLimit => {
  if (requestsPerMinute === 0) return { consume: async () => {} };
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
  return {
    consume: async (address, requests = 1) => {
      try {
        await limiter.consume(networkOf(address), requests);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
        throw new SessionError("RATE_LIMITED", "Too many requests", { retryAfterSeconds });
      }
    },
  };
};
