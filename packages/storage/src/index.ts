export type { PostgresSettings } from "./postgres/database.js";
export { createPostgresSessionStore } from "./postgres/session-store.js";
export { createSqliteSessionStore, type SqliteSessionStoreOptions } from "./sqlite/session-store.js";
export { UnusableDatabaseError } from "./unusable-database-error.js";
