/** Calls in one tRPC batch (contract §2). */
export const maxBatchCalls = 20;
/** Entries in one frame of a tRPC socket (contract §2). */
export const maxFrameEntries = 100;
/** Length of a tRPC call's `id`, which is repeated in each of its events (contract §2). */
export const maxCallIdCharacters = 128;
/** Queries of one tRPC socket that may run at once; further ones wait. */
export const maxQueriesUnderWay = 8;

/** Size of a request's line and headers together, in bytes. */
export const maxHeadBytes = 16_384;
/** Idle time of a connection between two requests, in ms. */
export const keepAliveMs = 65_000;
/** Pending requests per connection, so that pipelining does not bypass fairness. */
export const maxPipelined = 1_000;

/** Connections of all addresses together. */
export const maxConnections = 50_000;
/** Connections of one address without a valid admin or service key, if there is a rate limit. */
export const maxConnectionsPerAddress = 1_000;

/** Bytes of answers that one address may leave unread over all its connections. */
export const maxUnreadBytes = 32 * 1_024 * 1_024;

/** Rooms of one Socket.IO socket (contract §9). */
export const maxRooms = 100;
/** Events of one Socket.IO socket that may wait for those before them. */
export const maxWaitingEvents = 1_000;

/** Fragments of one WebSocket message. */
export const maxFragments = 1_024;
/** Frames that a socket may send: a sustained rate, and a burst. */
export const socketFrames = {
  /** Pings and pongs of any socket. */
  control: { perSecond: 50, burst: 200 },
  /** Messages of a socket with a session's token or without a credential yet. */
  untrusted: { perSecond: 100, burst: 500 },
  /** Calls in such messages. */
  calls: { perSecond: 200, burst: 1_000 },
  /** Messages of a socket with a key, or of any socket if no keys are configured. */
  trusted: { perSecond: 10_000, burst: 20_000 },
} as const;
