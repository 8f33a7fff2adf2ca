import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const sessionHeartbeat = operation(inputs.sessionHeartbeat, (ctx, input) =>
  ctx.sessions.sessionHeartbeat(input),
);
