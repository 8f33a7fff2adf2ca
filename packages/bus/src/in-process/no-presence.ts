import type { Presence } from "@adjourn/sessions";

/** The presence of a single process: there are no other nodes. */
export const createNoPresence = (): Presence => ({
  report() {},
  remote: async () => new Map(),
  remoteListeners: async () => new Map(),
});
