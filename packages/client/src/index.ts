export { type CallClientOptions, createCallClient } from "./create-call-client.js";
export { type AdjournClient, type ClientOptions, createClient } from "./create-client.js";
export { type RetrySendOptions, retrySendLink } from "./links/retry-send-link.js";
export type { SocketClass } from "./links/socket-link.js";
export type { CancelOptions, ClientSession, EndedSession, EndOptions } from "./session/client-session.js";
export type { Reply, SendOptions } from "./session/send-message.js";
export type { EventsOptions } from "./session/session-events.js";
export {
  type ClientSessionError,
  SessionError,
  type SessionErrorCode,
  type SessionErrorDetails,
  sessionErrorOf,
} from "./session-error.js";
export type * from "./shapes.js";
export type { Token, TokenRequest } from "./token-source.js";
