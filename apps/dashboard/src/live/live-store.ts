import type { AdminEvent } from "@adjourn/client";
import type { Changes } from "../lists/changes";
import type { Ending, SessionRow } from "../lists/records";
import { createGoneSessions } from "./gone-sessions";

export type LiveEvent = AdminEvent;
export type Totals = Omit<Extract<AdminEvent, { type: "totals" }>, "type">;

/** `lost`: data may be out of date, and the page polls. */
export type Connection = "connecting" | "live" | "lost";

interface LiveState {
  readonly connection: Connection;
  /** When (ms) the connection stopped being live. */
  readonly lostSince: number | null;
  readonly totals: Totals | null;
}

/** Longer than any request in flight when an event arrives. */
const rememberMs = 60_000;
const mostEndings = 20_000;

/** Recent events of the live connection, from which the lists are updated. */
export interface LiveStore {
  state(): LiveState;
  subscribe(listener: () => void): () => void;
  setConnection(connection: Connection): void;
  /** Adds an event. Returns whether it concerns the lists. Call {@link notify} after the last of a batch. */
  take(event: LiveEvent): boolean;
  /** Calls the listeners. */
  notify(): void;
  /** Marks sessions as gone before their endings are known. */
  markGone(...sessionIds: readonly string[]): void;
  isGone(sessionId: string): boolean;
  /** Whether {@link markGone} was called for it: this page's own call ended it, or found it gone. */
  isGoneHere(sessionId: string): boolean;
  /** Keeps {@link forget} from removing a session that a page shows. Returns the release function. */
  keep(sessionId: string): () => void;
  /** Forgets sessions that ended long ago. Call it only after {@link changesSince} has been applied to every list. */
  forget(): void;
  ending(sessionId: string): Ending | undefined;
  /** Changes at or after `since` (ms), and every gone session that is remembered. */
  changesSince(since: number): Changes;
}

export const createLiveStore = (now: () => number = Date.now): LiveStore => {
  let state: LiveState = { connection: "connecting", lostSince: null, totals: null };
  const listeners = new Set<() => void>();
  let recent: RecentEvent[] = [];
  const gone = createGoneSessions(now);
  const goneHere = createGoneSessions(now);
  const endings = new Map<string, Ending>();
  const set = (next: Partial<LiveState>) => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
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
        gone.add(event.ending.sessionId);
        endings.set(event.ending.sessionId, event.ending);
      }
      forgetEvents();
      return true;
    },
    notify: () => set({}),
    markGone(...sessionIds) {
      for (const sessionId of sessionIds) {
        gone.add(sessionId);
        goneHere.add(sessionId);
      }
      set({});
    },
    isGone: (sessionId) => gone.has(sessionId),
    isGoneHere: (sessionId) => goneHere.has(sessionId),
    keep: gone.keep,
    forget() {
      gone.forget();
      goneHere.forget();
    },
    ending: (sessionId) => endings.get(sessionId),
    changesSince: (since) =>
      collectChanges(
        recent.filter(({ at }) => at >= since),
        gone,
      ),
  };
};

interface RecentEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly event: LiveEvent;
}

const collectChanges = (recent: readonly RecentEvent[], gone: Changes["gone"]): Changes => {
  const created = new Map<string, SessionRow>();
  const changed = new Map<string, SessionRow>();
  const ended = new Map<string, Ending>();
  for (const { event } of recent) {
    if (event.type === "session.created") created.set(event.session.sessionId, event.session);
    if (event.type === "session.changed") changed.set(event.session.sessionId, event.session);
    if (event.type === "session.ended") ended.set(event.ending.sessionId, event.ending);
  }
  return { created, changed, ended, gone };
};
