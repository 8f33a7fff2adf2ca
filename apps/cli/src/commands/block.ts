import { command, UsageError } from "../command.js";
import { durationMinutes } from "../duration.js";
import { json, userId } from "../options.js";
import { printable } from "../printable.js";
import type { Terminal } from "../terminal.js";

export const block = ({ client, write }: Terminal) =>
  command({
    meta: {
      name: "adjourn block",
      description: "Block a user: their sessions end, and none begins while the block holds",
    },
    args: {
      user: userId,
      until: {
        type: "string",
        description: "The time at which the block ends, in ISO 8601; for good if not given",
        valueHint: "time",
      },
      for: { type: "string", description: "How long the block holds: 30m, 2h, 7d", valueHint: "duration" },
      reason: {
        type: "string",
        description: "Why, in your own words; kept with the block and the endings",
        valueHint: "text",
      },
      json,
    },
    run: async ({ args }) => {
      const minutes = durationMinutes("for", args.for);
      if (minutes !== undefined && args.until !== undefined)
        throw new UsageError("The options --until and --for are both given; allowed: one of them");
      const until =
        minutes === undefined ? args.until : new Date(Date.now() + minutes * 60_000).toISOString();
      const blocked = await client.trpc.blockUser.mutate({ userId: args.user, until, reason: args.reason });
      if (args.json) return write(`${JSON.stringify(blocked)}\n`);
      const duration = blocked.until === null ? "for good" : `until ${blocked.until}`;
      write(`User ${printable(blocked.userId)} blocked ${duration}; sessions ended: ${blocked.ended}\n`);
    },
  });
