import { inputs } from "@adjourn/sessions";
import { callerOf } from "../../access.js";
import { operation } from "../../operation.js";

export const endSessions = operation(inputs.endSessions, (ctx, input) =>
  ctx.sessions.endSessions(input, callerOf(ctx)),
);
