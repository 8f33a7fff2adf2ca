import type { SubscriberCredential } from "@adjourn/sessions";
import type { Principal } from "../context.js";

/** Selects the limit that applies to a caller's subscriptions, and whether they count as listeners. */
export const subscriberCredential = (
  { role }: Principal,
  { observe = false }: { readonly observe?: boolean | undefined } = {},
): SubscriberCredential => {
  if (observe) return "observer";
  return role === "admin" || role === "service" || role === "anonymous" ? "key" : "token";
};
