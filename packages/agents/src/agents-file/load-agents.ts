import { createReadStream } from "node:fs";
import type { Agent, Clock, Log, TimeoutSettings } from "@adjourn/sessions";
import { createBuiltInAgents } from "../agent-directory.js";
import { createEchoAgent } from "../echo.js";
import { createOpenAiAgent } from "../openai/openai-agent.js";
import { createTypewriterAgent } from "../typewriter.js";
import { createWebhookAgent } from "../webhook/webhook-agent.js";
import type { AgentEntry } from "./entry-schemas.js";
import { AgentsFileError, parseAgentsFile } from "./parse-agents-file.js";
import type { EnvLookup } from "./read-variable.js";

export interface AgentsSource {
  /** Null if there is no file. */
  readonly path: string | null;
  readonly env: EnvLookup;
  readonly timeouts: TimeoutSettings;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The built-in agents, then those of the file in its order. An entry with the id of a built-in agent replaces it.
 * @throws AgentsFileError whose lines name the file
 */
export const loadAgents = async ({
  path,
  clock,
  log,
  ...allowed
}: AgentsSource): Promise<readonly Agent[]> => {
  const byId = new Map(createBuiltInAgents({ clock }).map((agent) => [agent.id, agent]));
  if (path !== null)
    for (const entry of await readEntries(path, allowed))
      byId.set(entry.id, createAgent(entry, { clock, log }));
  return [...byId.values()];
};

const readEntries = async (
  path: string,
  allowed: { readonly env: EnvLookup; readonly timeouts: TimeoutSettings },
): Promise<readonly AgentEntry[]> => {
  const nameFile = (problems: readonly string[]): AgentsFileError =>
    new AgentsFileError(problems.map((problem) => `AGENTS_FILE ${path}: ${problem}`));
  const bytes = await readBounded(path).catch((error: NodeJS.ErrnoException) => {
    throw nameFile([`can't be read (${error.code}); allowed: the path of a JSON file`]);
  });
  try {
    return parseAgentsFile(decode(bytes), allowed);
  } catch (error) {
    throw error instanceof AgentsFileError ? nameFile(error.problems) : error;
  }
};

const maxFileBytes = 1_048_576;

/** Reads at most one byte more than is allowed, because the path may be a device without an end. */
const readBounded = async (path: string): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: maxFileBytes })) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const decode = (bytes: Buffer): string => {
  if (bytes.length > maxFileBytes)
    throw new AgentsFileError(["is longer than that; allowed: a file of at most 1 MiB"]);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new AgentsFileError(["is not UTF-8; allowed: a JSON file in UTF-8"]);
  }
};

const createAgent = (entry: AgentEntry, { clock, log }: Pick<AgentsSource, "clock" | "log">): Agent => {
  switch (entry.kind) {
    case "echo":
      return createEchoAgent(entry);
    case "typewriter":
      return createTypewriterAgent({ ...entry, clock });
    case "openai":
      return createOpenAiAgent({ ...entry, apiKey: entry.apiKeyEnv, clock, log });
    case "webhook":
      return createWebhookAgent({ ...entry, key: entry.secretEnv, clock });
  }
};
