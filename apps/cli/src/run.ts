import { createClient } from "@adjourn/client";
import { defineCommand, renderUsage, runCommand } from "citty";
import { command, UsageError } from "./command.js";
import { agents } from "./commands/agents.js";
import { block } from "./commands/block.js";
import { blocks } from "./commands/blocks.js";
import { cancel } from "./commands/cancel.js";
import { end } from "./commands/end.js";
import { endings } from "./commands/endings.js";
import { erase } from "./commands/erase.js";
import { exportFile } from "./commands/export.js";
import { list } from "./commands/list.js";
import { mcp } from "./commands/mcp.js";
import { send } from "./commands/send.js";
import { show } from "./commands/show.js";
import { unblock } from "./commands/unblock.js";
import { watch } from "./commands/watch.js";
import { completionOf, isShell, shells } from "./completion.js";
import { createDownload } from "./download.js";
import { type Env, readEnv } from "./env.js";
import { type ExitCode, explain } from "./explain.js";
import type { Terminal } from "./terminal.js";

export interface RunOptions extends Omit<Terminal, "client" | "download"> {
  /** In place of this process's own. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Whoever types a command wants to know soon that no server is there. */
const maxAttempts = 2;

const commandsOf = (terminal: Terminal, env: Env) => ({
  list: list(terminal),
  show: show(terminal),
  watch: watch(terminal),
  send: send(terminal),
  cancel: cancel(terminal),
  end: end(terminal),
  endings: endings(terminal),
  block: block(terminal),
  unblock: unblock(terminal),
  blocks: blocks(terminal),
  export: exportFile(terminal),
  erase: erase(terminal),
  agents: agents(terminal),
  mcp: mcp(terminal, env),
});

const asksForHelp = (rawArgs: readonly string[]): boolean =>
  rawArgs.length === 0 || rawArgs.includes("--help") || rawArgs.includes("-h");

/** Runs one command line; never rejects. */
export const run = async (rawArgs: readonly string[], { env, ...io }: RunOptions): Promise<ExitCode> => {
  let url = "";
  try {
    const settings = readEnv(env);
    url = settings.url;
    const client = createClient({ url, token: settings.key, retrySend: { maxAttempts } });
    try {
      await runWith({ ...io, client, download: createDownload(settings, io.signal) }, settings, rawArgs);
      return 0;
    } finally {
      await client.close();
    }
  } catch (error) {
    const { line, exitCode } = explain(error, url);
    io.complain(line);
    return exitCode;
  }
};

const runWith = async (terminal: Terminal, env: Env, rawArgs: readonly string[]): Promise<void> => {
  const known = commandsOf(terminal, env);
  const commands = { ...known, completion: completion(terminal, known) };
  const [name = ""] = rawArgs;
  const named = Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : undefined;
  const adjourn = defineCommand({
    meta: { name: "adjourn", description: "End sessions, cancel replies, and watch both" },
    subCommands: Object.fromEntries(Object.entries(commands).map(([name, { command }]) => [name, command])),
  });
  if (asksForHelp(rawArgs))
    return terminal.write(`${await (named ? named.usage() : renderUsage(adjourn))}\n`);
  if (!named) {
    const allowed = Object.keys(commands).join(", ");
    throw new UsageError(`There is no command ${JSON.stringify(name)}; allowed: ${allowed}`);
  }
  await runCommand(adjourn, { rawArgs: [...rawArgs] });
};

const completion = ({ write }: Terminal, commands: ReturnType<typeof commandsOf>) =>
  command({
    meta: { name: "adjourn completion", description: "Print the completion script of a shell" },
    args: { shell: { type: "positional", required: true, description: shells.join(", ") } },
    run: ({ args: { shell } }) => {
      if (!isShell(shell))
        throw new UsageError(
          `There is no completion for ${JSON.stringify(shell)}; allowed: ${shells.join(", ")}`,
        );
      write(completionOf(shell, commands));
    },
  });
