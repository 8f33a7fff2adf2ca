import { command } from "../command.js";
import {
  activities,
  activity,
  agent,
  from,
  json,
  limit,
  oneOf,
  q,
  to,
  user,
  wholeNumber,
} from "../options.js";
import { duration, table } from "../table.js";
import type { Terminal } from "../terminal.js";

const headings = ["SESSION", "AGENT", "USER", "LEFT", "MESSAGES", "LISTENERS", "PENDING"];

export const list = ({ client, write }: Terminal) =>
  command({
    meta: { name: "adjourn list", description: "List live sessions, newest first unless sorted" },
    args: {
      user,
      agent,
      search: {
        type: "string",
        description: "Only those with an id that begins like this",
        valueHint: "start",
      },
      q,
      from,
      to,
      activity,
      sort: {
        type: "string",
        description: "createdAt, newest first, or expiresAt, soonest first",
        valueHint: "order",
      },
      limit,
      json,
    },
    run: async ({ args }) => {
      const page = await client.trpc.listSessions.query({
        userId: args.user,
        agentId: args.agent,
        search: args.search,
        q: args.q,
        from: args.from,
        to: args.to,
        activity: oneOf("activity", args.activity, activities),
        sort: oneOf("sort", args.sort, ["createdAt", "expiresAt"]),
        limit: wholeNumber("limit", args.limit, 1_000),
      });
      if (args.json) return write(`${JSON.stringify(page)}\n`);
      const rows = page.sessions.map((session) => [
        session.sessionId,
        session.agentId,
        session.userId,
        duration(session.timeRemaining),
        ...[session.messageCount, session.listeners, session.pendingOperations].map(String),
      ]);
      if (rows.length > 0) write(table(headings, rows));
      write(`${rows.length} of ${page.total}\n`);
    },
  });
