/** How long a server waits for its peers. */
export interface ConnectionTimeouts {
  /** For a request's headers, in ms; the whole request may take three times as long. */
  readonly headersMs: number;
  /** For a peer that takes nothing of an answer, in ms. */
  readonly stalledReadMs: number;
  /** Least average rate at which a peer must take an answer over `stalledReadMs`, in bytes per second. */
  readonly minReadBytesPerSecond: number;
  /** For the `connectionParams` message of a tRPC socket, in ms. */
  readonly connectionParamsMs: number;
  /** Silence of a socket before it is pinged, in ms. */
  readonly pingAfterMs: number;
  /** Silence of a socket before it counts as dead, in ms. */
  readonly silenceMs: number;
  /** Interval of the checks for dead and slow peers, in ms. */
  readonly checkPeersEveryMs: number;
}

/** The values for sockets and streams are the contract's (§2, §4). */
export const connectionTimeouts: ConnectionTimeouts = {
  headersMs: 10_000,
  stalledReadMs: 35_000,
  minReadBytesPerSecond: 4_096,
  connectionParamsMs: 10_000,
  pingAfterMs: 15_000,
  silenceMs: 35_000,
  // A comment every 15 s gives the kernel data to send, so checks every 5 s find a dead peer within 35 s.
  checkPeersEveryMs: 5_000,
};
