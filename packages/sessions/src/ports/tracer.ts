/** `release` of an ended session on one node, a `reply` from its turn to its record, a sweep that ends expired sessions. */
export type TracedWork = "release" | "reply" | "expireSessions";

/** Records the domain's work as spans. */
export interface Tracer {
  /** Runs `work` in a span, which ends with it, or with its promise. Returns and throws what `work` does. */
  span<Result>(name: TracedWork, sessionId: string | null, work: () => Result): Result;
}
