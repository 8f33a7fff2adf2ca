import { command, UsageError } from "../command.js";
import { durationMinutes } from "../duration.js";
import { activities, activity, agent, json, oneOf, reason, user } from "../options.js";
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
      "older-than": {
        type: "string",
        description: "Only those created at least this long ago: 30m, 2h, 7d",
        valueHint: "duration",
      },
      "idle-for": {
        type: "string",
        description: "Only those without activity for at least this long: 30m, 2h, 7d",
        valueHint: "duration",
      },
      activity,
      reason,
      "dry-run": { type: "boolean", description: "End nothing; say how many match, and what would be cut" },
      json,
    },
    run: async ({ args }) => {
      const filter = {
        userId: args.user,
        agentId: args.agent,
        olderThanMinutes: durationMinutes("older-than", args["older-than"]),
        idleForMinutes: durationMinutes("idle-for", args["idle-for"]),
        activity: oneOf("activity", args.activity, activities),
      };
      const isFiltered = Object.values(filter).some((value) => value !== undefined);
      const dryRun = args["dry-run"] === true;
      if (args.id === undefined ? !isFiltered : isFiltered || dryRun) throw new UsageError(usage);
      if (args.id === undefined) {
        const input = { ...filter, reason: args.reason, dryRun, countCut: dryRun };
        const result = await client.trpc.endSessions.mutate(input);
        if (args.json) return write(`${JSON.stringify(result)}\n`);
        return write(dryRun ? matches(result) : `${result.ended} ended\n`);
      }
      const ended = await client.session(args.id).end({ reason: args.reason });
      write(args.json ? `${JSON.stringify(ended)}\n` : `Session ${ended.sessionId} ended\n`);
    },
  });

interface DryRun {
  readonly matched: number;
  /** Undefined where too many sessions have listeners to count them. */
  readonly listeners?: number | undefined;
  readonly replies?: number | undefined;
}

const matches = ({ matched, listeners, replies = 0 }: DryRun): string => {
  if (matched === 0) return "0 match; nothing ended\n";
  const cut = `${listeners ?? "uncounted"} ${listeners === 1 ? "listener" : "listeners"} and ${replies} ${replies === 1 ? "reply" : "replies"}`;
  return `${matched} match, with ${cut}; nothing ended\n`;
};

const usage =
  "What to end is not clear; allowed: ID alone, or any of --user, --agent, --older-than, --idle-for and --activity (with --dry-run)";
