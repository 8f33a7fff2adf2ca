import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const cancelReply = procedure
  .input(inputs.cancelReply)
  .mutation(({ ctx, input }) => ctx.sessions.cancelReply(input));
