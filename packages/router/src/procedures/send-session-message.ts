import { inputs, validationError } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

/** A streamed reply has its own wire over REST; here a caller who wants the pieces subscribes to `sessionEvents`. */
export const sendSessionMessage = procedure.input(inputs.sendSessionMessage).mutation(({ ctx, input }) => {
  if (input.transport === "sse")
    throw validationError({ path: "transport", message: "sse is only served over REST" });
  return ctx.sessions.sendSessionMessage(input);
});
