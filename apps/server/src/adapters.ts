import { createAgentDirectory, createBuiltInAgents } from "@adjourn/agents";
import { createInProcessEventBus, createNoPresence } from "@adjourn/events";
import type { AgentDirectory, Clock, EventBus, Log, Presence, SessionStore } from "@adjourn/sessions";
import { createSqliteSessionStore, UnusableDatabaseError } from "@adjourn/storage";
import { SettingError, type Settings } from "./env.js";

/** @throws SettingError for a database that can't be used as it is */
export const openStore = async ({ databaseUrl }: Settings, clock: Clock): Promise<SessionStore> => {
  try {
    return await createSqliteSessionStore({ url: databaseUrl, clock });
  } catch (error) {
    if (error instanceof UnusableDatabaseError) throw new SettingError(`DATABASE_URL: ${error.message}`);
    throw error;
  }
};

export const openBus = async (
  _settings: Settings,
  { log }: { readonly log: Log },
): Promise<{ readonly bus: EventBus; readonly presence: Presence }> => ({
  bus: createInProcessEventBus({ log }),
  presence: createNoPresence(),
});

export const openAgents = async (_settings: Settings, clock: Clock): Promise<AgentDirectory> =>
  createAgentDirectory(createBuiltInAgents({ clock }));
