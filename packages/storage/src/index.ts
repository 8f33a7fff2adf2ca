export { createSqliteSessionStore, type SqliteSessionStoreOptions } from "./sqlite/session-store.js";
export { UnusableDatabaseError } from "./unusable-database-error.js";
