import type { ServiceContext } from "../../context.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** The configured agents in their order. `withKinds` adds each agent's kind. */
export const listAgents = (
  { agents }: ServiceContext,
  { withKinds }: Inputs["listAgents"],
): Outputs["listAgents"] => {
  const all = agents.list();
  return {
    success: true,
    data: { agents: all.map(({ id, name }) => ({ id, name, status: "active" })) },
    ...(withKinds ? { kinds: Object.fromEntries(all.map(({ id, kind }) => [id, kind])) } : {}),
  };
};
