export { describeGiven } from "./agents-file/field.js";
export { type AgentsSource, loadAgents } from "./agents-file/load-agents.js";
export { AgentsFileError } from "./agents-file/parse-agents-file.js";
export { createEcho, echoId } from "./echo.js";
export { createAgentDirectory, createBuiltInAgents } from "./registry.js";
export { createTypewriter, typewriterId } from "./typewriter.js";
export { parseWebhookSecret } from "./webhook/sign-webhook.js";
