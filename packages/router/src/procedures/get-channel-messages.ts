import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

export const getChannelMessages = procedure
  .input(inputs.getChannelMessages)
  .query(({ ctx, input }) => ctx.sessions.getChannelMessages(input));
