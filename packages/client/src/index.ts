export { type AdjournClient, type ClientOptions, createClient } from "./create-client.js";
export { type RetrySendOptions, retrySendLink } from "./retry-send-link.js";
export { type ClientSessionError, type SessionErrorCode, sessionErrorOf } from "./session-error.js";
export type * from "./shapes.js";
export type { SocketClass, Token, TokenRequest } from "./socket-link.js";
