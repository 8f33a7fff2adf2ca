import type { SessionEvent } from "@adjourn/client";
import { command } from "../command.js";
import { describeEvent } from "../describe-event.js";
import { json, sessionId } from "../options.js";
import type { Terminal } from "../terminal.js";

export const watch = ({ client, write, complain, signal }: Terminal) =>
  command({
    meta: { name: "adjourn watch", description: "Show what happens in a session until it ends" },
    args: { id: sessionId, json: { ...json, description: "One JSON event a line" } },
    run: async ({ args: { id, json: asJson } }) => {
      // A subscription retries for ever. This call reports a server that is not there at once.
      await client.trpc.getSession.query({ sessionId: id });
      const describe = asJson ? (event: SessionEvent) => `${JSON.stringify(event)}\n` : describeEvent();
      const onReconnecting = () => complain("The connection was lost; trying again");
      for await (const event of client.session(id).events({ signal, onReconnecting })) write(describe(event));
    },
  });
