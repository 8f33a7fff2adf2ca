import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const resendWebhook = operation(inputs.resendWebhook, (ctx, input) =>
  ctx.sessions.resendWebhook(input),
);
