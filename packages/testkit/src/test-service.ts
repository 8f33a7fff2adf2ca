import type { Log, SessionService, SessionStore, WebhookWatch } from "@adjourn/sessions";
import { createSessionService, defaultTimeoutSettings } from "@adjourn/sessions";
import { createFakeClock, type FakeClock } from "./fake-clock.js";
import { createInMemoryEventBus } from "./in-memory/in-memory-event-bus.js";
import { createInMemoryPresence } from "./in-memory/in-memory-presence.js";
import { createInMemorySessionStore } from "./in-memory/in-memory-session-store.js";
import { ScriptedAgent, scriptedAgentId } from "./scripted-agent.js";

export const testUserId = "00000000-0000-4000-8000-0000000000ff";

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

export interface TestService {
  readonly sessions: SessionService;
  /** A second node on the same store and bus. */
  readonly otherNode: SessionService;
  readonly clock: FakeClock;
  readonly store: SessionStore;
  readonly bus: ReturnType<typeof createInMemoryEventBus>;
  readonly presence: ReturnType<typeof createInMemoryPresence>;
  readonly agent: ScriptedAgent;
  /** A new session with the scripted agent. */
  create(): Promise<{ readonly sessionId: string; readonly channelId: string }>;
  send(
    sessionId: string,
    content: string,
    transport?: "http" | "websocket",
  ): ReturnType<SessionService["sendSessionMessage"]>;
}

/**
 * Two nodes of the real domain on in-memory adapters, with a fake clock and a scripted agent. Every webhook is accepted.
 */
export const createTestService = ({
  webhooks = [],
}: {
  readonly webhooks?: readonly WebhookWatch[];
} = {}): TestService => {
  const clock = createFakeClock();
  const store = createInMemorySessionStore({ clock, webhooks });
  const bus = createInMemoryEventBus();
  const agent = new ScriptedAgent();
  const presence = createInMemoryPresence();
  const webhookSender = {
    endpoints: webhooks.map(({ endpoint }) => endpoint),
    send: async () => ({ status: 204, error: null, answer: "", isRefused: false }),
  };
  const ports = {
    webhookSender: webhooks.length > 0 ? webhookSender : undefined,
    clock,
    store,
    bus,
    agents: { get: (id: string) => (id === agent.id ? agent : undefined), list: () => [agent] },
    log: silentLog,
    newId: () => crypto.randomUUID(),
  };
  const node = (nodeId: string): SessionService =>
    createSessionService(
      { ...ports, presence: presence.connect() },
      {
        timeouts: defaultTimeoutSettings,
        nodeId,
        reconcileEveryMs: 2_000,
        indexEveryMs: null,
        retentionDays: null,
      },
    );
  const sessions = node("one");
  return {
    sessions,
    otherNode: node("two"),
    clock,
    store,
    bus,
    presence,
    agent,
    create: () => sessions.createSession({ agentId: scriptedAgentId, userId: testUserId }),
    send: (sessionId, content, transport = "websocket") =>
      sessions.sendSessionMessage({ sessionId, content, transport }),
  };
};
