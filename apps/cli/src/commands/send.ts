import { command } from "../command.js";
import { printableLines } from "../printable.js";
import type { Terminal } from "../terminal.js";

export const send = ({ client, write }: Terminal) =>
  command({
    meta: {
      name: "adjourn send",
      description: "Send a message as the session's user, and wait for the reply",
    },
    args: {
      id: { type: "positional", required: true, description: "The session's id" },
      content: { type: "positional", required: true, description: "What to say" },
    },
    run: async ({ args: { id, content } }) => {
      const sent = await client.trpc.sendSessionMessage.mutate({ sessionId: id, content, transport: "http" });
      write(`${printableLines(sent.agentResponse?.text ?? "")}\n`);
    },
  });
