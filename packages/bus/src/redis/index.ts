export { openRedisBus } from "./open-redis-bus.js";
