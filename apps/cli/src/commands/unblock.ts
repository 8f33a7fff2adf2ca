import { command } from "../command.js";
import { json, userId } from "../options.js";
import { printable } from "../printable.js";
import type { Terminal } from "../terminal.js";

export const unblock = ({ client, write }: Terminal) =>
  command({
    meta: { name: "adjourn unblock", description: "Remove a user's block; their ended sessions stay ended" },
    args: { user: userId, json },
    run: async ({ args }) => {
      const unblocked = await client.trpc.unblockUser.mutate({ userId: args.user });
      write(args.json ? `${JSON.stringify(unblocked)}\n` : `${printable(unblocked.message)}\n`);
    },
  });
