/**
 * Longer than any request, and longer than the query cache keeps unused data (5 minutes), so that no data from before
 * the end is left when the id is forgotten.
 */
const rememberGoneMs = 10 * 60_000;
/** Up to this many ids, none is forgotten. */
const rememberAtLeast = 20_000;

/** The ids of sessions that are known to be gone. */
interface GoneSessions {
  has(sessionId: string): boolean;
  add(sessionId: string): void;
  /** Keeps {@link forget} from removing an id. Returns the release function. */
  keep(sessionId: string): () => void;
  /** Removes ids that were added long ago. */
  forget(): void;
}

export const createGoneSessions = (now: () => number): GoneSessions => {
  /** When each id was last added, oldest first. */
  const gone = new Map<string, number>();
  const kept = new Map<string, number>();
  return {
    has: (sessionId) => gone.has(sessionId),
    add(sessionId) {
      gone.delete(sessionId);
      gone.set(sessionId, now());
    },
    keep(sessionId) {
      kept.set(sessionId, (kept.get(sessionId) ?? 0) + 1);
      return () => {
        const others = (kept.get(sessionId) ?? 1) - 1;
        if (others > 0) kept.set(sessionId, others);
        else kept.delete(sessionId);
      };
    },
    forget() {
      for (const [sessionId, at] of gone) {
        if (gone.size <= rememberAtLeast || at > now() - rememberGoneMs) break;
        if (!kept.has(sessionId)) gone.delete(sessionId);
      }
    },
  };
};
