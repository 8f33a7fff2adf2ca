export { createInProcessEventBus } from "./in-process-event-bus.js";
export { createNoPresence } from "./no-presence.js";
