import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const cancelReply = operation(inputs.cancelReply, (ctx, input) => ctx.sessions.cancelReply(input));
