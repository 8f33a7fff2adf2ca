export { type Operation, requireAccess } from "./access.js";
export { authenticateRequest } from "./authenticate-request.js";
export type * from "./context.js";
export { type CredentialOptions, createCredentials, type NamedKey } from "./credentials.js";
export { errorTable } from "./error-codes.js";
export { type Close, sessionEndedClose, sessionNotFoundClose } from "./listeners/close-codes.js";
export { type EventSocket, PlainWebSocketListener } from "./listeners/plain-websocket.js";
export { type Refusal, toRefusal } from "./refusal.js";
export { type AppRouter, appRouter, createCaller } from "./router.js";
