import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const listEndings = operation(inputs.listEndings, (ctx, input) => ctx.sessions.listEndings(input));
