import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const renewSession = procedure
  .input(inputs.renewSession)
  .mutation(({ ctx, input }) => ctx.sessions.renewSession(input));
