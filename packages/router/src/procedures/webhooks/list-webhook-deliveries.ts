import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const listWebhookDeliveries = operation(inputs.listWebhookDeliveries, (ctx, input) =>
  ctx.sessions.listWebhookDeliveries(input),
);
