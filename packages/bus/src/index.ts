export { createInProcessEventBus } from "./in-process/in-process-event-bus.js";
export { createNoPresence } from "./in-process/no-presence.js";
