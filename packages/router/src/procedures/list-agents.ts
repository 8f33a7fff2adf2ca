import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const listAgents = procedure
  .input(inputs.listAgents)
  .query(({ ctx, input }) => ctx.sessions.listAgents(input));
