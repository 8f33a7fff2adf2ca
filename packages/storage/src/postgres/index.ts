export type { PostgresSettings } from "./database.js";
export { createPostgresSessionStore } from "./session-store.js";
