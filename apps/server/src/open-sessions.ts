import { randomUUID } from "node:crypto";
import { dialects } from "@adjourn/router";
import {
  type Clock,
  createSessions,
  type SecretStore,
  type SessionStore,
  type Sessions,
} from "@adjourn/sessions";
import type { Logger } from "pino";
import { openAgents, openBus, openStore } from "./adapters.js";
import { type DerivedKeys, deriveKeys, randomSecret } from "./derive-keys.js";
import type { Settings } from "./env.js";
import { toLog } from "./log.js";
import type { Metrics } from "./metrics.js";
import type { Overrides } from "./overrides.js";
import { openPatiently } from "./waiting-room.js";

/** How often nodes that share a store hold what they have against it (contract E7 wants it within 5 s). */
const lookEveryMs = 2_000;

interface Needs {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface OpenSessions {
  readonly sessions: Sessions;
  readonly keys: DerivedKeys;
  /** The store's clock, which all nodes share; ms. */
  readonly now: () => number;
  close(): Promise<void>;
}

/**
 * The domain over the adapters that the settings name, all of it measured; a store that can't be reached is waited for.
 * `close` closes both, the domain first.
 * @throws SettingError for a setting that only shows wrong when it is used
 */
export const openSessions = async (
  settings: Settings,
  overrides: Overrides,
  { clock, logger, metrics }: Needs,
): Promise<OpenSessions> => {
  const log = toLog(logger);
  const around: NonNullable<Overrides["around"]> = overrides.around ?? ((_, port) => port);
  const agents = overrides.agents ?? (await openAgents(settings, { clock, log }));
  const { errorBody } = dialects[settings.restDialect];
  const open = async () => {
    const store = overrides.store ?? (await openStore(settings, clock));
    return { store, secret: await secretOf(settings, store) };
  };
  const opened = await openPatiently(open, settings, logger, errorBody);
  const keys = deriveKeys(opened.secret);
  const store = metrics.store(around("store", opened.store));
  const now = () => store.now();
  const { dropped, refused, ...events } = await openBus(settings, { log, key: keys.events, now });
  const presence = around("presence", events.presence);
  const bus = metrics.bus(around("bus", events.bus), { now, dropped, refused });
  const sessions = createSessions(
    { clock, store, bus, presence, agents, log, newId: randomUUID },
    {
      timeouts: settings.timeouts,
      nodeId: randomUUID(),
      lookEveryMs: settings.databaseUrl.startsWith("file:") ? null : lookEveryMs,
      retentionDays: settings.retentionDays,
    },
  );
  return {
    sessions: metrics.sessions(sessions, store),
    keys,
    now,
    close: async () => {
      await sessions.close();
      await bus.close();
      if (!overrides.store) await store.close();
    },
  };
};

/** The operator's secret, or the one that the store keeps. A store that can't tell it is closed again. */
const secretOf = async ({ secret }: Settings, store: SessionStore & SecretStore): Promise<string> => {
  if (secret !== null) return secret;
  try {
    return await store.readOrCreateSecret(randomSecret());
  } catch (error) {
    await store.close();
    throw error;
  }
};
