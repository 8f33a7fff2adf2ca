import { randomUUID } from "node:crypto";
import {
  type Agent,
  type Clock,
  createSessionService,
  type SecretStore,
  type SessionService,
  type SessionStore,
} from "@adjourn/sessions";
import type { Logger } from "pino";
import { type DerivedKeys, deriveKeys, randomSecret } from "./derive-keys.js";
import { toLog } from "./observability/log.js";
import type { Metrics } from "./observability/metrics.js";
import type { Tracing } from "./observability/tracing/tracing.js";
import { openAgents, openBus, openStore, openWebhooks } from "./open-adapters.js";
import type { Overrides } from "./overrides.js";
import type { Settings } from "./settings.js";
import { toWatch } from "./webhooks/webhook-endpoint.js";
import { createWebhookSender } from "./webhooks/webhook-sender.js";

/** Interval of the reconciliation with a shared store; contract E7 requires at most 5 s. */
const reconcileEveryMs = 2_000;

/** The index may be 2 s behind (contract §2c). */
const indexEveryMs = 500;

interface Dependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing | null;
  /** Agents of the program itself. */
  readonly agents: readonly Agent[];
  /** Opens the store; where nothing else is said, one that can't be reached fails at once. */
  readonly openStore?: OpenStore | undefined;
}

/** Calls `open`, again where it may succeed later. */
export type OpenStore = <Store>(open: () => Promise<Store>) => Promise<Store>;

export interface OpenSessionService {
  readonly sessions: SessionService;
  readonly keys: DerivedKeys;
  /** The store's clock in ms, which all nodes share. */
  readonly now: () => number;
  close(): Promise<void>;
}

/**
 * Opens the domain over the adapters of the settings, instrumented for metrics. `close` closes the domain, then the adapters.
 * @throws SettingError for a setting that turns out to be wrong when it is used
 */
export const openSessionService = async (
  settings: Settings,
  overrides: Overrides,
  { clock, logger, metrics, tracing, agents: own, openStore: openWith = (open) => open() }: Dependencies,
): Promise<OpenSessionService> => {
  const log = toLog(logger);
  const around: NonNullable<Overrides["around"]> = overrides.around ?? ((_, port) => port);
  const directory = overrides.agents ?? (await openAgents(settings, { clock, log, own }));
  const agents = tracing ? tracing.agents(directory) : directory;
  const endpoints = await openWebhooks(settings);
  const open = async () => {
    const store = overrides.store ?? (await openStore(settings, clock, endpoints.map(toWatch)));
    return { store, secret: await secretOf(settings, store) };
  };
  const opened = await openWith(open);
  const keys = deriveKeys(opened.secret);
  const wrappedStore = around("store", opened.store);
  const store = metrics.store(tracing ? tracing.store(wrappedStore) : wrappedStore);
  const now = () => store.now();
  const { dropped, refused, ...events } = await openBus(settings, { log, key: keys.events, now });
  const presence = around("presence", events.presence);
  const wrappedBus = around("bus", events.bus);
  const bus = metrics.bus(tracing ? tracing.bus(wrappedBus) : wrappedBus, { now, dropped, refused });
  const webhookSender =
    endpoints.length > 0
      ? createWebhookSender(endpoints, { allowPrivate: settings.webhooksAllowPrivate, clock })
      : undefined;
  if (webhookSender) metrics.webhooks(store);
  const sessions = createSessionService(
    { clock, store, bus, presence, agents, log, newId: randomUUID, webhookSender, tracer: tracing?.domain },
    {
      timeouts: settings.timeouts,
      nodeId: randomUUID(),
      reconcileEveryMs: settings.databaseUrl.startsWith("file:") ? null : reconcileEveryMs,
      indexEveryMs,
      retentionDays: settings.retentionDays,
    },
  );
  const instrumented = metrics.sessions(sessions, store);
  return {
    sessions: tracing ? tracing.sessions(instrumented) : instrumented,
    keys,
    now,
    close: async () => {
      await sessions.close();
      await bus.close();
      if (!overrides.store) await store.close();
    },
  };
};

/** The configured secret, or the one that the store keeps. The store is closed again if it fails. */
const secretOf = async ({ secret }: Settings, store: SessionStore & SecretStore): Promise<string> => {
  if (secret !== null) return secret;
  try {
    return await store.readOrCreateSecret(randomSecret());
  } catch (error) {
    await store.close();
    throw error;
  }
};
