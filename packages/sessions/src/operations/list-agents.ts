import type { ServiceContext } from "../context.js";
import type { Inputs, Outputs } from "../schemas/index.js";

/** Those that are configured here, in their order; `withKinds` tells also of what kind each is. */
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
