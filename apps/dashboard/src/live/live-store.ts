import type { AdminEvent } from "@adjourn/client";
import type { Changes } from "./changes";
import type { Ending, SessionRow } from "./records";

export type LiveEvent = AdminEvent;
export type Totals = Omit<Extract<AdminEvent, { type: "totals" }>, "type">;

/** `lost`: what is shown may be out of date, and the page asks by itself now and then. */
export type Connection = "connecting" | "live" | "lost";

interface LiveState {
  readonly connection: Connection;
  /** Since when (ms) the connection is not live. */
  readonly lostSince: number | null;
  readonly totals: Totals | null;
}

/** Long enough for any answer that was under way when an event came. */
const rememberMs = 60_000;
const mostEndings = 20_000;
/**
 * Longer than any answer is under way and than the query cache keeps what no page shows (5 minutes): what was read
 * before an end is gone by then.
 */
const rememberOverMs = 10 * 60_000;
/** Fewer are not worth forgetting. */
const fewOver = 20_000;

/** What the live connection has told so far; the lists are brought up to date from it. */
export interface LiveStore {
  state(): LiveState;
  subscribe(listener: () => void): () => void;
  setConnection(connection: Connection): void;
  /** Returns whether the event concerns the lists; whoever takes several calls {@link tell} behind the last. */
  take(event: LiveEvent): boolean;
  /** Lets everyone know what was taken. */
  tell(): void;
  /** A session that is known to be over, its ending not seen yet. */
  markOver(sessionId: string): void;
  isOver(sessionId: string): boolean;
  /** Whoever shows a session is told that it is over for as long as that takes. Returns how to let go. */
  keep(sessionId: string): () => void;
  /** Forgets what ended long ago. For when every list has been changed by {@link changesSince}, or it could come back. */
  forget(): void;
  ending(sessionId: string): Ending | undefined;
  /** What happened at or after `since` (ms), and all that is over. */
  changesSince(since: number): Changes;
}

export const createLiveStore = (now: () => number = Date.now): LiveStore => {
  let state: LiveState = { connection: "connecting", lostSince: null, totals: null };
  const listeners = new Set<() => void>();
  let recent: { readonly at: number; readonly event: LiveEvent }[] = [];
  /** When each was last known to be over, oldest first. */
  const over = new Map<string, number>();
  const kept = new Map<string, number>();
  const endings = new Map<string, Ending>();
  const set = (next: Partial<LiveState>) => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  const setOver = (sessionId: string) => {
    over.delete(sessionId);
    over.set(sessionId, now());
  };
  const forgetEvents = () => {
    const oldest = recent[0];
    if (oldest && oldest.at < now() - 2 * rememberMs)
      recent = recent.filter(({ at }) => at >= now() - rememberMs);
    for (const id of endings.keys()) {
      if (endings.size <= mostEndings) break;
      endings.delete(id);
    }
  };
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setConnection(connection) {
      if (connection === state.connection) return;
      set({ connection, lostSince: connection === "live" ? null : (state.lostSince ?? now()) });
    },
    take(event) {
      if (event.type === "totals") {
        const { type: _, ...totals } = event;
        set({ totals });
        return false;
      }
      recent.push({ at: now(), event });
      if (event.type === "session.ended") {
        setOver(event.ending.sessionId);
        endings.set(event.ending.sessionId, event.ending);
      }
      forgetEvents();
      return true;
    },
    tell: () => set({}),
    markOver(sessionId) {
      setOver(sessionId);
      set({});
    },
    isOver: (sessionId) => over.has(sessionId),
    keep(sessionId) {
      kept.set(sessionId, (kept.get(sessionId) ?? 0) + 1);
      return () => {
        const others = (kept.get(sessionId) ?? 1) - 1;
        if (others > 0) kept.set(sessionId, others);
        else kept.delete(sessionId);
      };
    },
    forget() {
      for (const [sessionId, at] of over) {
        if (over.size <= fewOver || at > now() - rememberOverMs) break;
        if (!kept.has(sessionId)) over.delete(sessionId);
      }
    },
    ending: (sessionId) => endings.get(sessionId),
    changesSince(since) {
      const created = new Map<string, SessionRow>();
      const changed = new Map<string, SessionRow>();
      const ended = new Map<string, Ending>();
      for (const { at, event } of recent) {
        if (at < since) continue;
        if (event.type === "session.created") created.set(event.session.sessionId, event.session);
        if (event.type === "session.changed") changed.set(event.session.sessionId, event.session);
        if (event.type === "session.ended") ended.set(event.ending.sessionId, event.ending);
      }
      return { created, changed, ended, over };
    },
  };
};
