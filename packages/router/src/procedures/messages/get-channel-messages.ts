import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const getChannelMessages = operation(inputs.getChannelMessages, (ctx, input) =>
  ctx.sessions.getChannelMessages(input),
);
