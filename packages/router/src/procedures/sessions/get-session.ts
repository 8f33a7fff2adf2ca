import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const getSession = operation(inputs.getSession, (ctx, input) => ctx.sessions.getSession(input));
