export { type Operation, requireAccess } from "./access.js";
export type * from "./context.js";
export { errorTable } from "./error-codes.js";
export { type Refusal, toRefusal } from "./refusal.js";
export { type AppRouter, appRouter, createCaller } from "./router.js";
