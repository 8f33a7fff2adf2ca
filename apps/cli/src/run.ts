import { createClient } from "@adjourn/client";
import { defineCommand, renderUsage, runCommand } from "citty";
import { WebSocket } from "ws";
import { UsageError } from "./command.js";
import { cancel } from "./commands/cancel.js";
import { end } from "./commands/end.js";
import { endings } from "./commands/endings.js";
import { list } from "./commands/list.js";
import { send } from "./commands/send.js";
import { watch } from "./commands/watch.js";
import { readEnv } from "./env.js";
import { type ExitCode, explain } from "./explain.js";
import type { Terminal } from "./terminal.js";

export interface Surroundings extends Omit<Terminal, "client"> {
  /** In place of this process's own. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const commandsOf = (terminal: Terminal) => ({
  end: end(terminal),
  cancel: cancel(terminal),
  watch: watch(terminal),
  list: list(terminal),
  send: send(terminal),
  endings: endings(terminal),
});

const asksForHelp = (rawArgs: readonly string[]): boolean =>
  rawArgs.length === 0 || rawArgs.includes("--help") || rawArgs.includes("-h");

/** Runs one command line; never rejects. */
export const run = async (
  rawArgs: readonly string[],
  { env, ...surroundings }: Surroundings,
): Promise<ExitCode> => {
  let url = "";
  try {
    const settings = readEnv(env);
    url = settings.url;
    const client = createClient({ url, token: settings.key, WebSocket });
    try {
      await runWith({ ...surroundings, client }, rawArgs);
      return 0;
    } finally {
      await client.close();
    }
  } catch (error) {
    const { line, exitCode } = explain(error, url);
    surroundings.complain(line);
    return exitCode;
  }
};

const runWith = async (terminal: Terminal, rawArgs: readonly string[]): Promise<void> => {
  const commands = Object.entries(commandsOf(terminal));
  const adjourn = defineCommand({
    meta: { name: "adjourn", description: "End sessions, cancel replies, and watch both" },
    // Without a prototype, of which citty would take every name for a command.
    subCommands: Object.assign(
      Object.create(null),
      Object.fromEntries(commands.map(([name, { command }]) => [name, command])),
    ),
  });
  if (!asksForHelp(rawArgs)) {
    const [name = ""] = rawArgs;
    if (!commands.some(([known]) => known === name)) {
      const allowed = commands.map(([known]) => known).join(", ");
      throw new UsageError(`There is no command ${JSON.stringify(name)}; allowed: ${allowed}`);
    }
    await runCommand(adjourn, { rawArgs: [...rawArgs] });
    return;
  }
  const named = commands.find(([name]) => name === rawArgs[0]);
  terminal.write(`${await (named ? named[1].usage() : renderUsage(adjourn))}\n`);
};
