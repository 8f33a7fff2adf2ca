import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const eraseChannel = procedure
  .input(inputs.eraseChannel)
  .mutation(({ ctx, input }) => ctx.sessions.eraseChannel(input));
