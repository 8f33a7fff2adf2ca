export { createInProcessEventBus } from "./in-process/in-process-event-bus.js";
export { createNoPresence } from "./in-process/no-presence.js";
export type { RejectionCounts } from "./messages/rejected-messages.js";
export { openRedisBus } from "./redis/open-redis-bus.js";
export { createRedisEventBus, type RedisEventBus } from "./redis/redis-event-bus.js";
export { createRedisPresence, type RedisPresence } from "./redis-presence/redis-presence.js";
