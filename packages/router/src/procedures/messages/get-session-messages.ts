import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const getSessionMessages = operation(inputs.getSessionMessages, (ctx, input) =>
  ctx.sessions.getSessionMessages(input),
);
