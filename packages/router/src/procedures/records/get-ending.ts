import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const getEnding = operation(inputs.getEnding, (ctx, input) => ctx.sessions.getEnding(input));
