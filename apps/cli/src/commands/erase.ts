import { command, UsageError } from "../command.js";
import { json } from "../options.js";
import type { Terminal } from "../terminal.js";

export const erase = ({ client, write }: Terminal) =>
  command({
    meta: {
      name: "adjourn erase",
      description: "Erase a channel's messages for good; its endings stay, without their reasons",
    },
    args: {
      channel: { type: "positional", required: true, description: "The channel's id, as `show` has it" },
      yes: { type: "boolean", description: "Required: what is erased can't be had back" },
      json,
    },
    run: async ({ args: { channel: channelId, yes, json: asJson } }) => {
      if (!yes) throw new UsageError("Nothing is erased without the option --yes; allowed: --yes");
      const erased = await client.trpc.eraseChannel.mutate({ channelId });
      write(asJson ? `${JSON.stringify(erased)}\n` : `${erased.message}\n`);
    },
  });
