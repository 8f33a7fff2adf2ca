import type { SessionStore } from "@adjourn/sessions";
import { Counter, type Registry } from "prom-client";
import { withMethod } from "./wrap-methods.js";

/** Counts the tokens of the replies that this node stores. The agents are those of the configuration, so labels are few. */
export const countTokens = <Store extends SessionStore>(store: Store, registry: Registry): Store => {
  const tokens = new Counter({
    name: "adjourn_tokens_total",
    help: "Tokens that models reported for stored replies",
    labelNames: ["agent", "direction"],
    registers: [registry],
  });
  const appendReply: SessionStore["appendReply"] = async (draft) => {
    const outcome = await store.appendReply(draft);
    if (outcome.outcome !== "stored" || !draft.usage) return outcome;
    const agent = outcome.session.agentId;
    tokens.inc({ agent, direction: "input" }, draft.usage.inputTokens);
    tokens.inc({ agent, direction: "output" }, draft.usage.outputTokens);
    return outcome;
  };
  return withMethod(store, "appendReply", appendReply);
};
