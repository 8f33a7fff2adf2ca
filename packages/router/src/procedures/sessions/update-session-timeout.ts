import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const updateSessionTimeout = operation(inputs.updateSessionTimeout, (ctx, input) =>
  ctx.sessions.updateSessionTimeout(input),
);
