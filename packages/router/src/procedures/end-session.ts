import { inputs } from "@adjourn/sessions";
import { callerOf } from "../access.js";
import { procedure } from "../trpc.js";

export const endSession = procedure
  .input(inputs.endSession)
  .mutation(({ ctx, input }) => ctx.sessions.endSession(input, callerOf(ctx.principal)));
