import type { SubscriberCredential } from "@adjourn/sessions";
import type { Principal } from "../context.js";

/** By which bounds a caller's subscriptions are counted. */
export const subscriberCredential = ({ role }: Principal): SubscriberCredential =>
  role === "admin" || role === "service" || role === "anonymous" ? "key" : "token";
