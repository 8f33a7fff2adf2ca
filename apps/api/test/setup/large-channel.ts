import { request } from "./raw-peer.js";
import { typewriterId } from "./test-server.js";
import { createSession, restWire } from "./wires.js";

/** A session whose messages fill more than a page of 1 MiB. */
export const fillChannel = async (url: string): Promise<string> => {
  const wire = restWire(url);
  // It waits before each word, so that no reply comes in between.
  const { sessionId } = await createSession(wire, { agentId: typewriterId, metadata: { delayMs: 60_000 } });
  for (let index = 0; index < 50; index += 1)
    await wire.call("sendSessionMessage", {
      sessionId,
      content: "\u0001".repeat(4_000),
      attachments: [{ text: "a".repeat(16_000) }],
    });
  return sessionId;
};

/** A request whose answer is as large as one may be: four pages of 1 MiB. */
export const batchOfPages = (url: string, sessionId: string): string => {
  const input = Object.fromEntries(
    Array.from({ length: 4 }, (_, index) => [index, { sessionId, limit: 100 }]),
  );
  const names = Array(4).fill("getSessionMessages").join(",");
  return request(url, `GET /trpc/${names}?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`);
};
