import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const unblockUser = operation(inputs.unblockUser, (ctx, input) => ctx.sessions.unblockUser(input));
