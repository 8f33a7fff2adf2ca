import { frame, upgradeRequest } from "../../setup/raw-peer.js";
import { serviceKey } from "../../setup/test-server.js";
import type { LeavingSession, LeavingWire } from "../disconnect-wire.js";

const text = (value: unknown): Buffer => frame({ payload: Buffer.from(JSON.stringify(value)) });

const call = (method: string, path: string, input: unknown): Buffer =>
  text({ id: 1, method, params: { path, input } });

const withHeader = (url: string, { token }: LeavingSession): Buffer =>
  Buffer.from(upgradeRequest(url, "/trpc", [`Authorization: Bearer ${token}`]));

export const trpcWebSocket: LeavingWire = {
  wire: "tRPC over WebSocket",
  comesFor: "events",
  bytes: (url, session) =>
    Buffer.concat([
      withHeader(url, session),
      call("subscription", "sessionEvents", { sessionId: session.sessionId }),
    ]),
};

export const trpcWebSocketWithParams: LeavingWire = {
  wire: "tRPC over WebSocket, token in connectionParams",
  comesFor: "events",
  bytes: (url, { sessionId, token }) =>
    Buffer.concat([
      Buffer.from(upgradeRequest(url, "/trpc?connectionParams=1")),
      text({ method: "connectionParams", data: { token, sessionId } }),
      call("subscription", "sessionEvents", { sessionId }),
    ]),
};

export const trpcWebSocketSend: LeavingWire = {
  wire: "an http send over tRPC's WebSocket",
  comesFor: "reply",
  bytes: (url, session) =>
    Buffer.concat([
      withHeader(url, session),
      call("mutation", "sendSessionMessage", {
        sessionId: session.sessionId,
        content: "hi",
        transport: "http",
      }),
    ]),
};

const readMessages = ({ sessionId }: LeavingSession): Buffer =>
  call("query", "getSessionMessages", { sessionId });

/** The server watches the session's end for it. */
export const trpcWebSocketCalls: LeavingWire = {
  wire: "a tRPC socket that was opened for a session, for calls only",
  comesFor: "answer",
  firstEvent: '"messages"',
  bytes: (url, session) =>
    Buffer.concat([
      Buffer.from(upgradeRequest(url, "/trpc?connectionParams=1")),
      text({ method: "connectionParams", data: { token: serviceKey, sessionId: session.sessionId } }),
      readMessages(session),
    ]),
  nextBytes: readMessages,
};
