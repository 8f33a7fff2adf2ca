import type { Presence, PresenceRecord } from "@adjourn/sessions";

/** The listeners of each session that has any, over these records. */
export const addListeners = (
  records: readonly (readonly [string, PresenceRecord])[],
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const [sessionId, { listeners }] of records)
    if (listeners > 0) counts.set(sessionId, (counts.get(sessionId) ?? 0) + listeners);
  return counts;
};

/** The presence records of a test's nodes. Each node calls `connect`, and sees a report at once. */
export const createInMemoryPresence = (): { connect(): Presence } => {
  const nodes = new Set<Map<string, PresenceRecord>>();
  return {
    connect: () => {
      const own = new Map<string, PresenceRecord>();
      nodes.add(own);
      const others = () => [...nodes].filter((node) => node !== own);
      return {
        report: (sessionId, record) => {
          if (record) own.set(sessionId, record);
          else own.delete(sessionId);
        },
        remote: async (sessionIds) =>
          new Map(
            sessionIds.map((sessionId) => {
              const records = others().flatMap((node) => node.get(sessionId) ?? []);
              return [
                sessionId,
                {
                  listeners: records.reduce((sum, { listeners }) => sum + listeners, 0),
                  replies: records.flatMap(({ replies }) => replies),
                },
              ];
            }),
          ),
        remoteListeners: async () => addListeners(others().flatMap((node) => [...node])),
      };
    },
  };
};
