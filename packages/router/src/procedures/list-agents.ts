import { procedure } from "../trpc.js";

export const listAgents = procedure.query(({ ctx }) => ctx.sessions.listAgents());
