/** Calls in one tRPC batch (contract §2). */
export const maxBatchCalls = 20;
/** Entries in one frame of a tRPC socket, whatever they ask (contract §2). */
export const maxFrameEntries = 100;
/** Of a tRPC call's `id`, which comes back with each of its events (contract §2). */
export const maxCallIdCharacters = 128;
/** Queries of one tRPC socket that may be under way at once; the next ones wait for them. */
export const maxQueriesUnderWay = 8;

/** A request's line and headers together, in bytes; a longer address or header is refused. */
export const maxHeadBytes = 16_384;
/** How long a connection may be quiet between two requests. */
export const keepAliveMs = 65_000;
/** Requests of one connection that may be under way at once; a pipeline is no way around fairness. */
export const maxPipelined = 1_000;

/** Connections of all addresses together. */
export const maxConnections = 50_000;
/** Connections of one address without a valid admin or service key, where requests are counted by address at all. */
export const maxConnectionsPerAddress = 1_000;

/** What one address may leave unread of its answers, over all its connections. */
export const maxUnreadBytes = 32 * 1_024 * 1_024;

/** Frames that one WebSocket message may come in. */
export const maxFragments = 1_024;
/** What a socket may send: so many a second for as long as it likes, and at once as many as `burst`. */
export const socketFrames = {
  /** Pings and pongs, of anyone. */
  control: { perSecond: 50, burst: 200 },
  /** Messages of a session's token, or of one who has yet to bring a key. */
  stranger: { perSecond: 100, burst: 500 },
  /** Calls in such messages. */
  calls: { perSecond: 200, burst: 1_000 },
  /** Messages of a key, or where none are in use. */
  trusted: { perSecond: 10_000, burst: 20_000 },
} as const;
