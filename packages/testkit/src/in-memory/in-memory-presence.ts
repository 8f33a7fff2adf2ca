import type { Presence, PresenceRecord } from "@adjourn/sessions";

/** What the nodes of a test hold, known to all of them at once; each connects by itself. */
export const createInMemoryPresence = (): { connect(): Presence } => {
  const nodes = new Set<Map<string, PresenceRecord>>();
  return {
    connect: () => {
      const own = new Map<string, PresenceRecord>();
      nodes.add(own);
      return {
        report: (sessionId, held) => {
          if (held) own.set(sessionId, held);
          else own.delete(sessionId);
        },
        remote: async (sessionIds) =>
          new Map(
            sessionIds.map((sessionId) => {
              const others = [...nodes].filter((node) => node !== own);
              const held = others.flatMap((node) => node.get(sessionId) ?? []);
              return [
                sessionId,
                {
                  listeners: held.reduce((sum, { listeners }) => sum + listeners, 0),
                  replies: held.flatMap(({ replies }) => replies),
                },
              ];
            }),
          ),
      };
    },
  };
};
