import { randomUUID } from "node:crypto";
import { dialects } from "@adjourn/router";
import { type Clock, createSessions, type Sessions } from "@adjourn/sessions";
import type { Logger } from "pino";
import { openAgents, openBus, openStore } from "./adapters.js";
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

/**
 * The domain over the adapters that the settings name, all of it measured; a store that can't be reached is waited for.
 * `close` closes both, the domain first.
 * @throws SettingError for a setting that only shows wrong when it is used
 */
export const openSessions = async (
  settings: Settings,
  overrides: Overrides,
  { clock, logger, metrics }: Needs,
): Promise<{ readonly sessions: Sessions; close(): Promise<void> }> => {
  const log = toLog(logger);
  const agents = overrides.agents ?? (await openAgents(settings, clock));
  const { errorBody } = dialects[settings.restDialect];
  const opened =
    overrides.store ?? (await openPatiently(() => openStore(settings, clock), settings, logger, errorBody));
  const store = metrics.store(opened);
  const { presence, dropped, ...events } = await openBus(settings, { log });
  const bus = metrics.bus(events.bus, { now: () => store.now(), dropped });
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
    close: async () => {
      await sessions.close();
      await bus.close();
      if (!overrides.store) await store.close();
    },
  };
};
