export { createAgentDirectory } from "./agent-directory.js";
export { defaultHistoryLimit, defaultReplyTimeoutSeconds } from "./agent-options.js";
export { describeGiven } from "./agents-file/field.js";
export { loadAgents } from "./agents-file/load-agents.js";
export { AgentsFileError } from "./agents-file/parse-agents-file.js";
export { echoId } from "./echo.js";
export { parseWebhookSecret } from "./webhook/sign-webhook.js";
