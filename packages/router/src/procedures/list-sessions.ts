import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const listSessions = procedure
  .input(inputs.listSessions)
  .query(({ ctx, input }) => ctx.sessions.listSessions(input));
