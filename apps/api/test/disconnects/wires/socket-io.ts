import { frame, upgradeRequest } from "../../setup/raw-peer.js";
import type { LeavingSession, LeavingWire } from "../disconnect-wire.js";

const path = "/socket.io/?EIO=4&transport=websocket";

const packet = (text: string): Buffer => frame({ payload: Buffer.from(text) });

/** A client may send events only once it is connected to the namespace. */
const joining = {
  firstEvent: '"channel_joined"',
  next: {
    after: '"connection_established"',
    bytes: ({ channelId }: LeavingSession) =>
      packet(`42${JSON.stringify(["message", { type: 1, payload: { channelId } }])}`),
  },
};

export const socketIo: LeavingWire = {
  wire: "Socket.IO",
  comesFor: "events",
  bytes: (url, { token }) =>
    Buffer.concat([Buffer.from(upgradeRequest(url, path)), packet(`40${JSON.stringify({ token })}`)]),
  ...joining,
};

export const socketIoWithHeader: LeavingWire = {
  wire: "Socket.IO, token in a header",
  comesFor: "events",
  bytes: (url, { token }) =>
    Buffer.concat([Buffer.from(upgradeRequest(url, path, [`X-API-KEY: ${token}`])), packet("40")]),
  ...joining,
};
