export { readSettings } from "./env.js";
