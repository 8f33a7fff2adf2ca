export { requireAccess } from "./access.js";
export { createChatHandler, isChatPath } from "./chat/chat-handler.js";
export type * from "./context.js";
export { authenticateRequest } from "./credentials/authenticate-request.js";
export {
  type CredentialOptions,
  createCredentials,
  type NamedKey,
  type SigningKeys,
} from "./credentials/credentials.js";
export { subscriberCredential } from "./credentials/subscriber-credential.js";
export { errorTable } from "./errors/error-codes.js";
export { invalidEnvelope, type Refusal, toRefusal } from "./errors/refusal.js";
export { toTrpcError, trpcErrorShape } from "./errors/trpc-error-shape.js";
export { createLocalCalls, type LocalCalls, type SubscribeOptions } from "./local-calls.js";
export { createMcpHandler, isMcpPath, type McpHandler } from "./mcp/mcp-handler.js";
export { answerDirectRequest, mayCallEach } from "./requests/answer-direct-request.js";
export { BatchBudget, maxBatchBytes } from "./requests/batch-budget.js";
export { maxBodyBytes } from "./requests/body-limit.js";
export { checkInput } from "./requests/check-input.js";
export { type DirectRequest, readDirectRequest } from "./requests/direct-request.js";
export { operationOfRequest } from "./requests/operation-of-request.js";
export { parseRequestTarget, type RequestTarget, unreadableTarget } from "./requests/request-target.js";
export { maxJsonLevels, requireJsonDepth } from "./requests/require-json-depth.js";
export {
  answerTrpcRefusal,
  handToTrpc,
  readConnectionParams,
  readTrpcRequest,
  retryAfterOf,
  type TrpcRequest,
  trpcVary,
} from "./requests/trpc-request.js";
export { watchTrpcRequest } from "./requests/watch-trpc-request.js";
export { answerJson, answerRefusal } from "./rest/answer.js";
export { type DialectName, dialectNames, dialects } from "./rest/dialects.js";
export { createRestHandler, type RestHandler, type RestOptions } from "./rest/handler.js";
export { renderDocsPage } from "./rest/openapi/docs-page.js";
export { createOpenapiDocument, type OpenapiOptions } from "./rest/openapi/openapi.js";
export { readEventsAddress } from "./rest/read-input.js";
export { routes } from "./rest/routes.js";
export { type AppRouter, appRouter } from "./router.js";
