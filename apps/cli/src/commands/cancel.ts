import { command } from "../command.js";
import { json, sessionId } from "../options.js";
import type { Terminal } from "../terminal.js";

export const cancel = ({ client, write }: Terminal) =>
  command({
    meta: {
      name: "adjourn cancel",
      description: "Cancel one reply in flight and leave the session live; its text so far is stored",
    },
    args: {
      id: sessionId,
      message: {
        type: "positional",
        required: true,
        description: "The id of the reply, or of the user's message that it answers",
      },
      discard: { type: "boolean", description: "Store nothing of the reply" },
      json,
    },
    run: async ({ args: { id, message: messageId, discard, json: asJson } }) => {
      const cancelled = await client.trpc.cancelReply.mutate({
        sessionId: id,
        messageId,
        partial: discard ? "discard" : "keep",
      });
      if (asJson) return write(`${JSON.stringify(cancelled)}\n`);
      write(
        `${cancelled.message}; ${cancelled.stored ? "its text so far is stored" : "nothing is stored"}\n`,
      );
    },
  });
