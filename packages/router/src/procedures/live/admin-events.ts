import { adminEventsOverTrpc } from "@adjourn/transports";
import { procedure } from "../../trpc.js";

export const adminEvents = procedure("adminEvents").subscription(({ ctx, signal }) =>
  adminEventsOverTrpc(ctx.sessions, ctx, signal),
);
