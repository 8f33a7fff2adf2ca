export { createInProcessEventBus } from "./in-process-event-bus.js";
export { createNoPresence } from "./no-presence.js";
export { createRedisEventBus, type RedisEventBus } from "./redis-event-bus.js";
export { openRedisEvents } from "./redis-events.js";
export { createRedisPresence, type RedisPresence } from "./redis-presence.js";
export type { RefusalCounts } from "./refused-messages.js";
