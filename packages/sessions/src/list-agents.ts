import type { Domain } from "./domain.js";
import type { Inputs, Outputs } from "./schemas.js";

/** Those that are configured here, in their order; `withKinds` tells also of what kind each is. */
export const listAgents = (
  { agents }: Domain,
  { withKinds }: Inputs["listAgents"],
): Outputs["listAgents"] => {
  const all = agents.list();
  return {
    success: true,
    data: { agents: all.map(({ id, name }) => ({ id, name, status: "active" })) },
    ...(withKinds ? { kinds: Object.fromEntries(all.map(({ id, kind }) => [id, kind])) } : {}),
  };
};
