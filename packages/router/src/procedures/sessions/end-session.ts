import { inputs } from "@adjourn/sessions";
import { callerOf } from "../../access.js";
import { operation } from "../../operation.js";

export const endSession = operation(inputs.endSession, (ctx, input) =>
  ctx.sessions.endSession(input, callerOf(ctx)),
);
