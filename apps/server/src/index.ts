export { type Overrides, type RunningServer, startServer } from "./compose.js";
export { readSettings, SettingError, type Settings } from "./env.js";
