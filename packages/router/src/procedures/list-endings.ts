import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const listEndings = procedure
  .input(inputs.listEndings)
  .query(({ ctx, input }) => ctx.sessions.listEndings(input));
