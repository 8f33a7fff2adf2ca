import { procedure } from "../trpc.js";

export const getSessionsHealth = procedure.query(({ ctx }) => ctx.sessions.getSessionsHealth());
