import { watchOverTrpc } from "../listeners/admin-watch.js";
import { procedure } from "../trpc.js";

export const adminEvents = procedure.subscription(({ ctx, signal }) => watchOverTrpc(ctx, signal));
