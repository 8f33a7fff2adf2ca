import { command, UsageError } from "../command.js";
import { json } from "../options.js";
import type { Terminal } from "../terminal.js";

export const erase = ({ client, write }: Terminal) =>
  command({
    meta: {
      name: "adjourn erase",
      description:
        "Erase the messages of a channel, or of all of a user's, for good; endings stay, without their reasons",
    },
    args: {
      channel: { type: "positional", required: false, description: "The channel's id, as `show` has it" },
      user: { type: "string", description: "All channels of this user instead", valueHint: "id" },
      yes: { type: "boolean", description: "Required: what is erased can't be had back" },
      json,
    },
    run: async ({ args: { channel: channelId, user: userId, yes, json: asJson } }) => {
      if ((channelId === undefined) === (userId === undefined)) throw new UsageError(usage);
      if (!yes) throw new UsageError("Nothing is erased without the option --yes; allowed: --yes");
      const erased =
        channelId === undefined
          ? await client.trpc.eraseUser.mutate({ userId: userId ?? "" })
          : await client.trpc.eraseChannel.mutate({ channelId });
      if (asJson) return write(`${JSON.stringify(erased)}\n`);
      write(`${erased.message}${"channels" in erased ? `; channels: ${erased.channels}` : ""}\n`);
    },
  });

const usage = "What to erase is not clear; allowed: CHANNEL alone, or --user";
