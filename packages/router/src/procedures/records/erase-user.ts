import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const eraseUser = operation(inputs.eraseUser, (ctx, input) => ctx.sessions.eraseUser(input));
