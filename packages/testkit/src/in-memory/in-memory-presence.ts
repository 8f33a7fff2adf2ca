import type { Presence, PresenceRecord } from "@adjourn/sessions";

/** The presence records of a test's nodes. Each node calls `connect`, and sees a report at once. */
export const createInMemoryPresence = (): { connect(): Presence } => {
  const nodes = new Set<Map<string, PresenceRecord>>();
  return {
    connect: () => {
      const own = new Map<string, PresenceRecord>();
      nodes.add(own);
      return {
        report: (sessionId, record) => {
          if (record) own.set(sessionId, record);
          else own.delete(sessionId);
        },
        remote: async (sessionIds) =>
          new Map(
            sessionIds.map((sessionId) => {
              const others = [...nodes].filter((node) => node !== own);
              const records = others.flatMap((node) => node.get(sessionId) ?? []);
              return [
                sessionId,
                {
                  listeners: records.reduce((sum, { listeners }) => sum + listeners, 0),
                  replies: records.flatMap(({ replies }) => replies),
                },
              ];
            }),
          ),
      };
    },
  };
};
