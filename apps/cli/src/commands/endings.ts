import { command } from "../command.js";
import { agent, from, json, limit, q, to, user, wholeNumber } from "../options.js";
import { table } from "../table.js";
import type { Terminal } from "../terminal.js";

export const endings = ({ client, write }: Terminal) =>
  command({
    meta: { name: "adjourn endings", description: "List how sessions ended, newest first" },
    args: {
      user,
      agent,
      q,
      actor: { type: "string", description: "Only those that this key ended", valueHint: "name" },
      from,
      to,
      limit,
      json,
    },
    run: async ({ args }) => {
      const page = await client.trpc.listEndings.query({
        userId: args.user,
        agentId: args.agent,
        q: args.q,
        actor: args.actor,
        from: args.from,
        to: args.to,
        limit: wholeNumber("limit", args.limit, 1_000),
      });
      if (args.json) return write(`${JSON.stringify(page)}\n`);
      const rows = page.endings.map((ending) => [
        ending.endedAt,
        ending.sessionId,
        ending.cause,
        ending.actor ?? ending.endedBy,
        ending.reason ?? "",
      ]);
      if (rows.length > 0) write(table(["ENDED", "SESSION", "CAUSE", "BY", "REASON"], rows));
    },
  });
