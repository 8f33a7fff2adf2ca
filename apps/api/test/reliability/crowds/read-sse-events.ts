import type { IncomingMessage } from "node:http";
import type { SessionEvent } from "@adjourn/sessions";

/** Calls `onEvent` for each event that the response of an SSE subscription carries. */
export const readSseEvents = (response: IncomingMessage, onEvent: (event: SessionEvent) => void): void => {
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    const blocks = (text + chunk).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) onEvent(JSON.parse(data));
    }
  });
};
