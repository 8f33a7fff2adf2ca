import { inputs, validationError } from "@adjourn/sessions";
import { operation } from "../../operation.js";

/** tRPC does not stream the answer of a send. A caller who wants the deltas subscribes to `sessionEvents`. */
export const sendSessionMessage = operation(inputs.sendSessionMessage, (ctx, input) => {
  if (input.transport === "sse")
    throw validationError({ path: "transport", message: "sse is only served over REST" });
  return ctx.sessions.sendSessionMessage(input);
});
