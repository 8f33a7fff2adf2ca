import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const renewSession = operation(inputs.renewSession, (ctx, input) => ctx.sessions.renewSession(input));
