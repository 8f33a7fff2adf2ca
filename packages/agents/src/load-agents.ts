import { readFile } from "node:fs/promises";
import type { Agent, Clock, TimeoutSettings } from "@adjourn/sessions";
import { AgentsFileError, parseAgentsFile } from "./agents-file.js";
import type { AgentEntry, EnvLookup } from "./agents-file-fields.js";
import { createEcho } from "./echo.js";
import { createBuiltInAgents } from "./registry.js";
import { createTypewriter } from "./typewriter.js";
import { createWebhook } from "./webhook.js";

export interface AgentsSource {
  /** Null where there is no file. */
  readonly path: string | null;
  readonly env: EnvLookup;
  readonly timeouts: TimeoutSettings;
  readonly clock: Clock;
}

/**
 * The two built in, then the file's in its order; an entry with the id of one built in takes its place.
 * @throws AgentsFileError whose lines name the file
 */
export const loadAgents = async ({ path, clock, ...allowed }: AgentsSource): Promise<readonly Agent[]> => {
  const byId = new Map(createBuiltInAgents({ clock }).map((agent) => [agent.id, agent]));
  if (path !== null)
    for (const entry of await readEntries(path, allowed)) byId.set(entry.id, await createAgent(entry, clock));
  return [...byId.values()];
};

const readEntries = async (
  path: string,
  allowed: { readonly env: EnvLookup; readonly timeouts: TimeoutSettings },
): Promise<readonly AgentEntry[]> => {
  const nameFile = (problems: readonly string[]): AgentsFileError =>
    new AgentsFileError(problems.map((problem) => `AGENTS_FILE ${path}: ${problem}`));
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw nameFile([`can't be read (${error.code}); allowed: the path of a JSON file`]);
  });
  try {
    return parseAgentsFile(text, allowed);
  } catch (error) {
    throw error instanceof AgentsFileError ? nameFile(error.problems) : error;
  }
};

const createAgent = async (entry: AgentEntry, clock: Clock): Promise<Agent> => {
  switch (entry.kind) {
    case "echo":
      return createEcho(entry);
    case "typewriter":
      return createTypewriter({ ...entry, clock });
    case "openai": {
      // Loaded only where it is used: the AI SDK takes a tenth of a second to start.
      const { createOpenAi } = await import("./openai.js");
      return createOpenAi({ ...entry, apiKey: entry.apiKeyEnv });
    }
    case "webhook":
      return createWebhook({ ...entry, key: entry.secretEnv, clock });
  }
};
