import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { command, UsageError } from "../command.js";
import { agent, user } from "../options.js";
import type { Terminal } from "../terminal.js";

export const exportFile = ({ download, write }: Terminal) =>
  command({
    meta: {
      name: "adjourn export",
      description: "Write a channel's messages, oldest first, or how sessions ended, newest first",
    },
    args: {
      channel: { type: "positional", required: false, description: "The channel's id, as `show` has it" },
      endings: { type: "boolean", description: "The endings instead of a channel" },
      format: {
        type: "string",
        description: "json, csv or, for a channel, markdown; json",
        valueHint: "format",
      },
      user,
      agent,
      output: {
        type: "string",
        alias: "o",
        description: "The file to write; standard output if not given",
        valueHint: "file",
      },
    },
    run: async ({ args }) => {
      const isFiltered = args.user !== undefined || args.agent !== undefined;
      if (args.endings === true ? args.channel !== undefined : args.channel === undefined || isFiltered)
        throw new UsageError(usage);
      const query = new URLSearchParams({ format: args.format ?? "json" });
      if (args.user !== undefined) query.set("userId", args.user);
      if (args.agent !== undefined) query.set("agentId", args.agent);
      const path = args.channel === undefined ? "endings" : `channels/${encodeURIComponent(args.channel)}`;
      const file = await download(`/api/messaging/${path}/export?${query}`);
      if (args.output === undefined) return show(file, write);
      await save(file, args.output);
      write(`Exported to ${args.output}\n`);
    },
  });

const usage = "What to export is not clear; allowed: CHANNEL alone, or --endings (with --user, --agent)";

const show = async (file: ReadableStream<Uint8Array>, write: Terminal["write"]): Promise<void> => {
  const decoder = new TextDecoder();
  for await (const bytes of file) write(harmless(decoder.decode(bytes, { stream: true })));
  write(harmless(decoder.decode()));
};

/** Without control characters, which could write to the terminal. A file of its own keeps them. */
const harmless = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => ("\t\r\n".includes(character) ? character : ""));

/** A file that could not be written whole is removed. It must not exist before. */
const save = async (file: ReadableStream<Uint8Array>, path: string): Promise<void> => {
  const target = createWriteStream(path, { flags: "wx" });
  try {
    await pipeline(Readable.from(file), target);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw new UsageError(`The file ${path} is there already; allowed: a new one`);
    await rm(path, { force: true });
    throw error;
  }
};
