import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const getEnding = procedure
  .input(inputs.getEnding)
  .query(({ ctx, input }) => ctx.sessions.getEnding(input));
