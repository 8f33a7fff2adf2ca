import { inputs } from "@adjourn/sessions";
import { callerOf } from "../access.js";
import { procedure } from "../trpc.js";

export const endSessions = procedure
  .input(inputs.endSessions)
  .mutation(({ ctx, input }) => ctx.sessions.endSessions(input, callerOf(ctx.principal)));
