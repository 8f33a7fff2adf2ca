export { createFakeClock, type FakeClock } from "./fake-clock.js";
export { createInMemorySessionStore } from "./in-memory-session-store.js";
