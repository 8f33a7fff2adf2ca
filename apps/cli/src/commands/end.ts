import { command } from "../command.js";
import type { Terminal } from "../terminal.js";

export const end = ({ client, write }: Terminal) =>
  command({
    meta: {
      name: "adjourn end",
      description: "End a session: its listeners are dropped, its replies cancelled",
    },
    args: {
      id: { type: "positional", required: true, description: "The session's id" },
      reason: { type: "string", description: "Why, in your own words; kept with the ending" },
    },
    run: async ({ args: { id, reason } }) => {
      const ended = await client.trpc.endSession.mutate({ sessionId: id, reason });
      write(`Session ${ended.sessionId} ended\n`);
    },
  });
