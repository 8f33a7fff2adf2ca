import { request } from "../../setup/raw-peer.js";
import type { LeavingWire } from "../disconnect-wire.js";

const send = (wire: string, transport: string): LeavingWire => ({
  wire,
  comesFor: "reply",
  bytes: (url, { sessionId, token }) => {
    const body = JSON.stringify({ content: "hi", transport });
    return request(
      url,
      `POST /api/messaging/sessions/${sessionId}/messages`,
      [
        `Authorization: Bearer ${token}`,
        "Content-Type: application/json",
        `Content-Length: ${Buffer.byteLength(body)}`,
      ],
      body,
    );
  },
});

export const streamedSend = send("a streamed send", "sse");
export const httpSend = send("an http send", "http");

export const trpcHttpSend: LeavingWire = {
  wire: "an http send over tRPC",
  comesFor: "reply",
  bytes: (url, { sessionId, token }) => {
    const body = JSON.stringify({ sessionId, content: "hi", transport: "http" });
    return request(
      url,
      "POST /trpc/sendSessionMessage",
      [
        `Authorization: Bearer ${token}`,
        "Content-Type: application/json",
        `Content-Length: ${Buffer.byteLength(body)}`,
      ],
      body,
    );
  },
};

export const chatResume: LeavingWire = {
  wire: "an AI SDK chat that resumes",
  comesFor: "reply",
  needsReply: true,
  firstEvent: '"type":"start"',
  bytes: (url, { sessionId, token }) =>
    request(url, `GET /api/chat/${sessionId}/stream`, [`Authorization: Bearer ${token}`]),
};

export const chatSend: LeavingWire = {
  wire: "an AI SDK chat",
  comesFor: "reply",
  bytes: (url, { sessionId, token }) => {
    const messages = [{ role: "user", parts: [{ type: "text", text: "hi" }] }];
    const body = JSON.stringify({ id: sessionId, messages });
    return request(
      url,
      "POST /api/chat",
      [
        `Authorization: Bearer ${token}`,
        "Content-Type: application/json",
        `Content-Length: ${Buffer.byteLength(body)}`,
      ],
      body,
    );
  },
};
