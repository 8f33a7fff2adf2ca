import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const getSessionMessages = procedure
  .input(inputs.getSessionMessages)
  .query(({ ctx, input }) => ctx.sessions.getSessionMessages(input));
