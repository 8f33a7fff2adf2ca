/** Each node has one hash, session to what it holds of it, which runs out unless the node renews it. */
export interface PresenceKeys {
  /** The set of nodes that may have one. */
  readonly nodes: string;
  of(nodeId: string): string;
}

export const presenceKeys = (prefix: string): PresenceKeys => ({
  nodes: `${prefix}:presence:nodes`,
  of: (nodeId) => `${prefix}:presence:node:${nodeId}`,
});

/** The field that is there as long as its node lives; its value says when it was written, in ms. */
export const aliveField = "";

/** A node that is silent for that long takes its part with it. */
export const leaseMs = 6_000;
