/** Each node has one hash from session to presence record. It expires unless the node renews it. */
export interface PresenceKeys {
  /** The set of nodes that may have a hash. */
  readonly nodes: string;
  of(nodeId: string): string;
}

export const presenceKeys = (prefix: string): PresenceKeys => ({
  nodes: `${prefix}:presence:nodes`,
  of: (nodeId) => `${prefix}:presence:node:${nodeId}`,
});

/** A field that exists while its node lives. Its value is the time of the last write in ms. */
export const aliveField = "";

/** The records of a node expire after this time without a renewal. */
export const leaseMs = 6_000;
