import { AgentsFileError, createAgentDirectory, loadAgents } from "@adjourn/agents";
import { createInProcessEventBus, createNoPresence } from "@adjourn/bus";
import type {
  Agent,
  AgentDirectory,
  Clock,
  EventBus,
  Log,
  Presence,
  SecretStore,
  SessionStore,
  WebhookWatch,
} from "@adjourn/sessions";
import { createSqliteSessionStore, UnusableDatabaseError } from "@adjourn/storage";
import { SettingError, type Settings } from "./settings.js";
import { readWebhooksFile } from "./webhooks/read-webhooks-file.js";
import type { WebhookEndpoint } from "./webhooks/webhook-endpoint.js";
import { repeatedId } from "./webhooks/webhook-entry.js";

/**
 * The driver of Postgres is loaded only for a Postgres database.
 * @throws SettingError for a database that can't be used
 * @throws StoreUnavailableError for a database that can't be reached
 */
export const openStore = async (
  { databaseUrl }: Settings,
  clock: Clock,
  webhooks: readonly WebhookWatch[],
): Promise<SessionStore & SecretStore> => {
  try {
    if (databaseUrl.startsWith("file:"))
      return createSqliteSessionStore({ url: databaseUrl, clock, webhooks });
    const { createPostgresSessionStore } = await import("@adjourn/storage/postgres");
    return await createPostgresSessionStore({ url: databaseUrl, clock, webhooks });
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

/** Opens the event bus and presence. Without Redis, its driver is not loaded and nodes share only the store. */
export const openBus = async (
  { redisUrl, redisPrefix }: Settings,
  dependencies: { readonly log: Log; readonly key: Uint8Array; readonly now: () => number },
): Promise<OpenBus> => {
  if (redisUrl === null)
    return {
      bus: createInProcessEventBus({ log: dependencies.log }),
      presence: createNoPresence(),
      dropped: () => 0,
      refused: () => ({}),
    };
  const { openRedisBus } = await import("@adjourn/bus/redis");
  return openRedisBus({ url: redisUrl, prefix: redisPrefix, ...dependencies });
};

/**
 * The agents of the file and of the program itself; one of the program's own replaces another with the same id.
 * @throws SettingError for an agents file that can't be read or is invalid
 */
export const openAgents = async (
  { agentsFile, readVariable, timeouts }: Settings,
  { clock, log, own }: { readonly clock: Clock; readonly log: Log; readonly own: readonly Agent[] },
): Promise<AgentDirectory> => {
  const replaced = new Set(own.map(({ id }) => id.toLowerCase()));
  try {
    const source = { path: agentsFile, env: readVariable, timeouts, clock, log };
    const loaded = await loadAgents(source);
    return createAgentDirectory([...loaded.filter(({ id }) => !replaced.has(id.toLowerCase())), ...own]);
  } catch (error) {
    if (!(error instanceof AgentsFileError)) throw error;
    const [first, ...more] = error.problems;
    throw new SettingError(more.length === 0 ? `${first}` : `${first} (and ${more.length} more)`);
  }
};

/**
 * The webhook endpoints of the file and of the program itself.
 * @throws SettingError for a webhooks file that can't be read or is invalid, and for an id that is there twice
 */
export const openWebhooks = async ({
  webhooksFile,
  webhooks,
  readVariable,
}: Settings): Promise<readonly WebhookEndpoint[]> => {
  const read = webhooksFile === null ? [] : await readWebhooksFile(webhooksFile, readVariable);
  const endpoints = [...read, ...webhooks];
  const repeated = repeatedId(endpoints);
  if (repeated !== undefined) throw new SettingError(`webhooks: the id "${repeated}" is there twice`);
  return endpoints;
};
