import { inputs } from "@adjourn/sessions";
import { listenOverTrpc } from "../listeners/trpc-subscription.js";
import { procedure } from "../trpc.js";

export const sessionEvents = procedure
  .input(inputs.sessionEvents)
  .subscription(({ ctx, input, signal }) => listenOverTrpc(ctx, input, signal));
