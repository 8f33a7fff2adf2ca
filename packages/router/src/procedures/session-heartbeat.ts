import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const sessionHeartbeat = procedure
  .input(inputs.sessionHeartbeat)
  .mutation(({ ctx, input }) => ctx.sessions.sessionHeartbeat(input));
