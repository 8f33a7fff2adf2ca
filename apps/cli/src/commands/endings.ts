import { command } from "../command.js";
import { printable } from "../printable.js";
import type { Terminal } from "../terminal.js";

export const endings = ({ client, write }: Terminal) =>
  command({
    meta: { name: "adjourn endings", description: "List how sessions ended, newest first" },
    args: { user: { type: "string", description: "Only this user's" } },
    run: async ({ args: { user } }) => {
      const page = await client.trpc.listEndings.query({ userId: user });
      for (const { sessionId, endedAt, cause, endedBy, actor, reason } of page.endings)
        write(
          `${endedAt}  ${sessionId}  ${cause} by ${actor ?? endedBy}${reason === null ? "" : `: ${printable(reason)}`}\n`,
        );
    },
  });
