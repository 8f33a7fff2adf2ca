import { inputs } from "@adjourn/sessions";
import { subscribeOverTrpc } from "@adjourn/transports";
import { subscriberCredential } from "../../credentials/subscriber-credential.js";
import { procedure } from "../../trpc.js";

export const sessionEvents = procedure("sessionEvents")
  .input(inputs.sessionEvents)
  .subscription(({ ctx, input, signal }) =>
    subscribeOverTrpc(ctx.sessions, ctx, input, subscriberCredential(ctx.principal, input), signal),
  );
