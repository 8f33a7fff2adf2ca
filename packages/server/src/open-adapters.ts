import { AgentsFileError, createAgentDirectory, loadAgents } from "@adjourn/agents";
import { createInProcessEventBus, createNoPresence, openRedisBus } from "@adjourn/bus";
import type {
  AgentDirectory,
  Clock,
  EventBus,
  Log,
  Presence,
  SecretStore,
  SessionStore,
} from "@adjourn/sessions";
import {
  createPostgresSessionStore,
  createSqliteSessionStore,
  UnusableDatabaseError,
} from "@adjourn/storage";
import { SettingError, type Settings } from "./settings.js";

/**
 * @throws SettingError for a database that can't be used
 * @throws StoreUnavailableError for a database that can't be reached
 */
export const openStore = async (
  { databaseUrl }: Settings,
  clock: Clock,
): Promise<SessionStore & SecretStore> => {
  try {
    return databaseUrl.startsWith("file:")
      ? createSqliteSessionStore({ url: databaseUrl, clock })
      : await createPostgresSessionStore({ url: databaseUrl, clock });
  } catch (error) {
    if (error instanceof UnusableDatabaseError) throw new SettingError(`DATABASE_URL: ${error.message}`);
    throw error;
  }
};

export interface OpenBus {
  readonly bus: EventBus;
  readonly presence: Presence;
  /** Messages that this node could not send. */
  readonly dropped: () => number;
  /** Received messages that were rejected, by cause. */
  readonly refused: () => Readonly<Record<string, number>>;
}

/** Opens the event bus and presence. Without Redis, nodes share only the store. */
export const openBus = async (
  { redisUrl, redisPrefix }: Settings,
  dependencies: { readonly log: Log; readonly key: Uint8Array; readonly now: () => number },
): Promise<OpenBus> =>
  redisUrl === null
    ? {
        bus: createInProcessEventBus({ log: dependencies.log }),
        presence: createNoPresence(),
        dropped: () => 0,
        refused: () => ({}),
      }
    : openRedisBus({ url: redisUrl, prefix: redisPrefix, ...dependencies });

/** @throws SettingError for an agents file that can't be read or is invalid */
export const openAgents = async (
  { agentsFile, readVariable, timeouts }: Settings,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<AgentDirectory> => {
  try {
    const source = { path: agentsFile, env: readVariable, timeouts, clock, log };
    return createAgentDirectory(await loadAgents(source));
  } catch (error) {
    if (!(error instanceof AgentsFileError)) throw error;
    const [first, ...more] = error.problems;
    throw new SettingError(more.length === 0 ? `${first}` : `${first} (and ${more.length} more)`);
  }
};
