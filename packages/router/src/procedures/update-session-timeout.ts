import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const updateSessionTimeout = procedure
  .input(inputs.updateSessionTimeout)
  .mutation(({ ctx, input }) => ctx.sessions.updateSessionTimeout(input));
