import type { SessionStore } from "@adjourn/sessions";
import { Counter, type Registry } from "prom-client";
import { withMethod } from "./wrap-methods.js";

const counted = new Set(["AGENT_FAILED", "AGENT_TIMEOUT"]);

/** Counts the replies that this node recorded as failed because of their agent. */
export const countAgentFailures = <Store extends SessionStore>(store: Store, registry: Registry): Store => {
  const failures = new Counter({
    name: "adjourn_agent_failures_total",
    help: "Replies that failed because of their agent, by the code of the error",
    labelNames: ["code"],
    registers: [registry],
  });
  // Every code starts at 0, so that its first failure counts as an increase.
  for (const code of counted) failures.inc({ code }, 0);
  const failReply: SessionStore["failReply"] = (reply) => {
    const { code } = reply.failure;
    if (counted.has(code)) failures.inc({ code });
    return store.failReply(reply);
  };
  return withMethod(store, "failReply", failReply);
};
