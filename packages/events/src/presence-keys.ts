import { redisPrefix } from "./redis-prefix.js";

/** Each node has one hash, session to what it holds of it, which runs out unless the node renews it. */
export interface PresenceKeys {
  /** The set of nodes that may have one. */
  readonly nodes: string;
  of(nodeId: string): string;
}

export const presenceKeys = (url: string): PresenceKeys => {
  const prefix = `${redisPrefix(url)}presence:`;
  return { nodes: `${prefix}nodes`, of: (nodeId) => `${prefix}node:${nodeId}` };
};

/** The field that is there as long as its node lives. */
export const aliveField = "";
