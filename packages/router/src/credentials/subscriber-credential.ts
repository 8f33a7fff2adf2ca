import type { SubscriberCredential } from "@adjourn/sessions";
import type { Principal } from "../context.js";

/** Selects the limit that applies to a caller's subscriptions. */
export const subscriberCredential = ({ role }: Principal): SubscriberCredential =>
  role === "admin" || role === "service" || role === "anonymous" ? "key" : "token";
