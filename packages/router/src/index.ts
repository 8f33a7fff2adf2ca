export { type Operation, requireAccess } from "./access.js";
export { authenticateRequest } from "./authenticate-request.js";
export { BatchBudget, maxBatchBytes } from "./batch-budget.js";
export { maxBodyBytes } from "./body-limit.js";
export type * from "./context.js";
export { type CredentialOptions, createCredentials, type NamedKey, type SigningKeys } from "./credentials.js";
export { errorTable } from "./error-codes.js";
export { type Close, sessionEndedClose, sessionNotFoundClose } from "./listeners/close-codes.js";
export { type EventSocket, PlainWebSocketListener } from "./listeners/plain-websocket.js";
export { answerComeBack } from "./listeners/sse.js";
export { subscriberCredential } from "./listeners/subscriber-credential.js";
export { isPeerGone } from "./peer-gone.js";
export { invalidEnvelope, type Refusal, toRefusal } from "./refusal.js";
export { parseRequestTarget, type RequestTarget, unreadableTarget } from "./request-target.js";
export { maxJsonLevels, requireJsonDepth } from "./require-json-depth.js";
export { answerJson, answerRefusal } from "./rest/answer.js";
export { type DialectName, dialectNames, dialects } from "./rest/dialects.js";
export { renderDocsPage } from "./rest/docs-page.js";
export { createRestHandler, type RestHandler, type RestOptions } from "./rest/handler.js";
export { createOpenapiDocument, type OpenapiOptions } from "./rest/openapi.js";
export { type AppRouter, appRouter, createCaller } from "./router.js";
export {
  answerTrpcRefusal,
  handToTrpc,
  readConnectionParams,
  readTrpcRequest,
} from "./trpc-request.js";
export { watchTrpcRequest } from "./watch-trpc-request.js";
