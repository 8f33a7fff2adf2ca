import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const eraseChannel = operation(inputs.eraseChannel, (ctx, input) => ctx.sessions.eraseChannel(input));
