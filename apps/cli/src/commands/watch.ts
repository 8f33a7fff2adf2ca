import type { SessionEvent } from "@adjourn/client";
import { command } from "../command.js";
import { describeEvent } from "../describe-event.js";
import type { Terminal } from "../terminal.js";

export const watch = (terminal: Terminal) =>
  command({
    meta: { name: "adjourn watch", description: "Show what happens in a session until it ends" },
    args: {
      id: { type: "positional", required: true, description: "The session's id" },
      json: { type: "boolean", description: "One JSON event a line" },
    },
    run: async ({ args: { id, json } }) => {
      // A subscription retries for ever. This call reports permanent errors at once.
      await terminal.client.trpc.getSession.query({ sessionId: id });
      const describe = json ? (event: SessionEvent) => `${JSON.stringify(event)}\n` : describeEvent();
      await follow(id, (event) => terminal.write(describe(event)), terminal);
    },
  });

const follow = (
  sessionId: string,
  onEvent: (event: SessionEvent) => void,
  { client, complain, signal }: Terminal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    client.trpc.sessionEvents.subscribe(
      { sessionId },
      {
        signal,
        onData: ({ data }) => onEvent(data),
        onError: reject,
        onComplete: resolve,
        onConnectionStateChange: ({ state, error }) => {
          if (state === "connecting" && error) complain("The connection was lost; trying again");
        },
      },
    );
  });
