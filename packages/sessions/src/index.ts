export * from "./ending.js";
export * from "./errors.js";
export * from "./message.js";
export type * from "./ports.js";
export * from "./schemas.js";
export * from "./session.js";
export * from "./session-event.js";
export type * from "./sessions.js";
export * from "./timeout-policy.js";
