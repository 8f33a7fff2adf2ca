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
  /** Forgets sessions that ended long ago. Call it only after {@link takeChanges} has been applied to every list. */
  forget(): void;
  ending(sessionId: string): Ending | undefined;
  /** The changes that the lists do not have yet, which moves the {@link mark}. */
  takeChanges(): Changes;
  /** The place of the first change that the lists do not have. */
  mark(): number;
  /** Remembered changes from a {@link mark} on (0: all of them), and every gone session that is remembered. */
  changesSince(mark: number): Changes;
}

export const createLiveStore = (now: () => number = Date.now): LiveStore => {
  let state: LiveState = { connection: "connecting", lostSince: null, totals: null };
  const listeners = new Set<() => void>();
  let recent: RecentEvent[] = [];
  let taken = 0;
  let mark = 0;
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
  const changesSince = (from: number): Changes =>
    collectChanges(
      recent.filter(({ place }) => place >= from),
      gone,
    );
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
      recent.push({ at: now(), place: taken, event });
      taken += 1;
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
    takeChanges() {
      const changes = changesSince(mark);
      mark = taken;
      return changes;
    },
    mark: () => mark,
    changesSince,
  };
};

interface RecentEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How many events came before it. */
  readonly place: number;
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
