import { inputlessOperation } from "../../operation.js";

export const getSessionsHealth = inputlessOperation((ctx) => ctx.sessions.getSessionsHealth());
