import { frame, request, upgradeRequest } from "../../setup/raw-peer.js";
import type { Dialogue, LeavingSession, LeavingWire } from "../disconnect-wire.js";

const path = "/socket.io/?EIO=4&transport=websocket";

const packet = (text: string): Buffer => frame({ payload: Buffer.from(text) });

const connecting = ({ token }: LeavingSession): string => `40${JSON.stringify({ token })}`;
const join = ({ channelId }: LeavingSession): string =>
  `42${JSON.stringify(["message", { type: 1, payload: { channelId } }])}`;

/** A client may send events only once it is connected to the namespace. */
const isConnected = (received: string): boolean => received.includes('"connection_established"');

const joining = {
  firstEvent: '"channel_joined"',
  dialogue: (_: string, session: LeavingSession): Dialogue => {
    let hasJoined = false;
    return (received) => {
      if (hasJoined || !isConnected(received)) return null;
      hasJoined = true;
      return packet(join(session));
    };
  },
};

export const socketIo: LeavingWire = {
  wire: "Socket.IO",
  comesFor: "events",
  bytes: (url, session) =>
    Buffer.concat([Buffer.from(upgradeRequest(url, path)), packet(connecting(session))]),
  ...joining,
};

export const socketIoWithHeader: LeavingWire = {
  wire: "Socket.IO, token in a header",
  comesFor: "events",
  bytes: (url, { token }) =>
    Buffer.concat([Buffer.from(upgradeRequest(url, path, [`X-API-KEY: ${token}`])), packet("40")]),
  ...joining,
};

const pollingPath = "/socket.io/?EIO=4&transport=polling";

/** Polls for as long as it is there, and sends what it has to say in front of a poll, on the same connection. */
const pollingDialogue = (url: string, session: LeavingSession): Dialogue => {
  const waiting = [connecting(session), join(session)];
  let asked = 1;
  return (received) => {
    const sid = /"sid":"([^"]+)"/.exec(received)?.[1];
    const answered = received.split("HTTP/1.1 200").length - 1;
    if (sid === undefined || answered < asked) return null;
    const poll = request(url, `GET ${pollingPath}&sid=${sid}`);
    const isFirst = waiting.length === 2;
    const text = isFirst || isConnected(received) ? waiting.shift() : undefined;
    asked += text === undefined ? 1 : 2;
    if (text === undefined) return poll;
    const length = `Content-Length: ${Buffer.byteLength(text)}`;
    return request(url, `POST ${pollingPath}&sid=${sid}`, [length], text) + poll;
  };
};

export const socketIoPolling: LeavingWire = {
  wire: "Socket.IO over long-polling",
  isPolled: true,
  comesFor: "events",
  bytes: (url) => request(url, `GET ${pollingPath}`),
  firstEvent: '"channel_joined"',
  dialogue: pollingDialogue,
};
