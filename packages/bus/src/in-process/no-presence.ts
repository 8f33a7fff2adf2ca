import type { Presence } from "@adjourn/sessions";

/** For a single process: there are no other nodes to hold anything. */
export const createNoPresence = (): Presence => ({
  report() {},
  remote: async () => new Map(),
});
