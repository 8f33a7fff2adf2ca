export type { PostgresSettings } from "./connection/database.js";
export { createPostgresSessionStore } from "./session-store.js";
