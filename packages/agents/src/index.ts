export { createEcho, echoId } from "./echo.js";
export { createAgentDirectory, createBuiltInAgents } from "./registry.js";
export { createTypewriter, typewriterId } from "./typewriter.js";
