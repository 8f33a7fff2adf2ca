import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const getSession = procedure
  .input(inputs.getSession)
  .query(({ ctx, input }) => ctx.sessions.getSession(input));
