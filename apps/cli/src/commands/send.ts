import { command } from "../command.js";
import { json, sessionId } from "../options.js";
import { printableLines } from "../printable.js";
import type { Terminal } from "../terminal.js";

export const send = ({ client, write, signal }: Terminal) =>
  command({
    meta: {
      name: "adjourn send",
      description: "Send a message as the session's user, and show the reply as it is written",
    },
    args: {
      id: sessionId,
      content: { type: "positional", required: true, description: "What to say" },
      json: { ...json, description: "The agent's message as JSON, once it is complete" },
    },
    run: async ({ args: { id, content, json: asJson } }) => {
      const reply = client.session(id).send(content, { signal });
      if (asJson) return write(`${JSON.stringify(await reply)}\n`);
      let isOpen = false;
      try {
        for await (const piece of reply) {
          isOpen = true;
          write(printableLines(piece));
        }
        isOpen = true;
      } finally {
        // What was written before a failure stands on a line of its own.
        if (isOpen) write("\n");
      }
    },
  });
