import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const listSessions = operation(inputs.listSessions, (ctx, input) => ctx.sessions.listSessions(input));
