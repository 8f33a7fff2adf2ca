import type { SessionStore } from "@adjourn/sessions";
import { newMessageDraft, newSessionDraft } from "@adjourn/testkit";

/** The ids of the writes that succeeded. */
export interface AcknowledgedWrites {
  readonly sessions: string[];
  readonly messages: string[];
  readonly ended: string[];
  readonly erased: string[];
}

const workers = 16;
const rounds = 12;
const caller = { endedBy: "admin", actor: null } as const;

/** Creates, sends, ends and erases concurrently, among calls that fail when they are bound or run. */
export const writeUnderLoad = async (stores: readonly SessionStore[]): Promise<AcknowledgedWrites> => {
  const done: AcknowledgedWrites = { sessions: [], messages: [], ended: [], erased: [] };
  const one = async (worker: number): Promise<void> => {
    const store = stores[worker % stores.length];
    if (!store) throw new Error("There is no store");
    for (let round = 0; round < rounds; round++) await runSession(store, done, round);
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => one(worker)));
  return done;
};

const runSession = async (store: SessionStore, done: AcknowledgedWrites, round: number): Promise<void> => {
  const draft = newSessionDraft();
  const { sessionId, channelId } = draft;
  const key = round % 2 === 0 ? { key: crypto.randomUUID(), fingerprint: "f" } : null;
  const created = await store.createSession(draft, key);
  if (created.outcome === "created") done.sessions.push(sessionId);
  const willErase = round % 3 === 0;
  for (let i = 0; i < 3; i++) {
    const id = await storeMessage(store, sessionId, "x");
    if (id !== null && !willErase) done.messages.push(id);
  }
  // Postgres refuses NUL: the first call fails when its values are bound, the second within its transaction.
  await storeMessage(store, sessionId, "\0");
  await store
    .createSession(newSessionDraft({ agentId: "\0" }), { key: sessionId, fingerprint: "f" })
    .catch(() => {});
  if (round % 3 === 2) return;
  const end = { sessionId, reason: null, caller, idempotencyKey: null, counts: null };
  if ((await store.endSession(end)).outcome === "ended") done.ended.push(sessionId);
  if (willErase && (await store.eraseChannel(channelId)) === "erased") done.erased.push(channelId);
};

const storeMessage = async (
  store: SessionStore,
  sessionId: string,
  content: string,
): Promise<string | null> => {
  const id = crypto.randomUUID();
  const stored = await store.appendMessage(newMessageDraft(sessionId, { id, content })).catch(() => null);
  return stored?.outcome === "stored" ? id : null;
};
