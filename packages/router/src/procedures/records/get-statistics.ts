import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

export const getStatistics = operation(inputs.getStatistics, (ctx, input) =>
  ctx.sessions.getStatistics(input),
);
