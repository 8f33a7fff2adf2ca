export { AgentsFileError } from "./agents-file.js";
export { createEcho, echoId } from "./echo.js";
export { type AgentsSource, loadAgents } from "./load-agents.js";
export { createAgentDirectory, createBuiltInAgents } from "./registry.js";
export { createTypewriter, typewriterId } from "./typewriter.js";
