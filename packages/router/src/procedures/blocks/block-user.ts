import { inputs } from "@adjourn/sessions";
import { callerOf } from "../../access.js";
import { operation } from "../../operation.js";

export const blockUser = operation(inputs.blockUser, (ctx, input) =>
  ctx.sessions.blockUser(input, callerOf(ctx)),
);
