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

/** Largest difference between two nodes' estimates of the shared clock, in ms. */
const clockToleranceMs = 1_000;

/** Whether a node that wrote its {@link aliveField} at this time lives. */
export const isAlive = (writtenAt: string | null, now: number): boolean =>
  writtenAt !== null && Math.abs(now - Number(writtenAt)) <= leaseMs + clockToleranceMs;

/** Nodes that are read. Anyone with access to Redis can add any number of names to the set of nodes. */
export const maxNodes = 256;
