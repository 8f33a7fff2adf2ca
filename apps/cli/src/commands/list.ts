import { command } from "../command.js";
import type { Terminal } from "../terminal.js";

export const list = ({ client, write }: Terminal) =>
  command({
    meta: { name: "adjourn list", description: "List live sessions, newest first" },
    args: {
      user: { type: "string", description: "Only this user's" },
      agent: { type: "string", description: "Only this agent's" },
    },
    run: async ({ args: { user, agent } }) => {
      const { sessions, total } = await client.trpc.listSessions.query({ userId: user, agentId: agent });
      for (const { sessionId, userId, expiresAt, messageCount, listeners, pendingOperations } of sessions)
        write(
          `${sessionId}  user ${userId}  until ${expiresAt}  ${messageCount} messages, ${listeners} listeners, ${pendingOperations} pending\n`,
        );
      write(`${sessions.length} of ${total}\n`);
    },
  });
