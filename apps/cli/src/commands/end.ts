import { command } from "../command.js";
import type { Terminal } from "../terminal.js";

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

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
      const listeners = counted(ended.listenersDropped, "listener");
      const operations = counted(ended.operationsAborted, "operation");
      write(`Session ${ended.sessionId} ended: ${listeners} dropped, ${operations} aborted\n`);
    },
  });
