import { command, UsageError } from "../command.js";
import { agent, json, reason, user } from "../options.js";
import type { Terminal } from "../terminal.js";

export const end = ({ client, write }: Terminal) =>
  command({
    meta: {
      name: "adjourn end",
      description: "End a session, or all that match: listeners are dropped, replies cancelled",
    },
    args: {
      id: { type: "positional", required: false, description: "The session's id; otherwise a filter" },
      user,
      agent,
      reason,
      "dry-run": { type: "boolean", description: "End nothing; say how many match the filter" },
      json,
    },
    run: async ({ args }) => {
      const isFiltered = args.user !== undefined || args.agent !== undefined;
      const dryRun = args["dry-run"] === true;
      if (args.id === undefined ? !isFiltered : isFiltered || dryRun) throw new UsageError(usage);
      if (args.id === undefined) {
        const result = await client.trpc.endSessions.mutate({
          userId: args.user,
          agentId: args.agent,
          reason: args.reason,
          dryRun,
        });
        if (args.json) return write(`${JSON.stringify(result)}\n`);
        return write(dryRun ? `${result.matched} match; nothing ended\n` : `${result.ended} ended\n`);
      }
      const ended = await client.session(args.id).end({ reason: args.reason });
      write(args.json ? `${JSON.stringify(ended)}\n` : `Session ${ended.sessionId} ended\n`);
    },
  });

const usage = "What to end is not clear; allowed: ID alone, or --user, --agent or both (with --dry-run)";
