import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const listBlocks = operation(inputs.listBlocks, (ctx, input) => ctx.sessions.listBlocks(input));
