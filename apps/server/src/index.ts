export { type RunningServer, startServer } from "./compose.js";
export { readSettings, SettingError, type Settings } from "./env.js";
export type { Overrides } from "./overrides.js";
