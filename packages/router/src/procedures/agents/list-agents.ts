import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const listAgents = operation(inputs.listAgents, (ctx, input) => ctx.sessions.listAgents(input));
