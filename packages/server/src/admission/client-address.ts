import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { canonicalAddress, networkOf } from "../network-address.js";
import type { TrustedProxies } from "../settings.js";

/** What the address of a request's client is taken from. */
export type Sender = Pick<IncomingMessage, "headers" | "socket">;

/** The sender of a request, for as long as its socket is open. It retains the request only if a proxy sent it. */
export const senderOf = (request: IncomingMessage, trusted: TrustedProxies): Sender =>
  isProxy(request.socket, trusted) ? request : { socket: request.socket, headers: noHeaders };

/** One for all connections without a proxy. */
const noHeaders = Object.freeze({});

/** The canonical address of a request's client: the peer, or the address that a trusted proxy names. */
export const clientAddress = (request: Sender, trusted: TrustedProxies): string => {
  const peer = peerAddress(request.socket);
  if (!isTrusted(peer, trusted)) return peer;
  const hops = listed(request, "x-forwarded-for");
  // Each proxy appends its peer. Entries before the last untrusted address can be forged.
  for (const hop of hops.reverse()) {
    const address = canonicalAddress(withoutPort(hop));
    if (address === null) return peer;
    if (trusted === "peer" || !isTrusted(address, trusted)) return address;
  }
  return peer;
};

interface Peer {
  /** As the connection names it. */
  readonly remoteAddress: string | undefined;
  readonly address: string;
  readonly network: string;
}

/** Parsing an address costs as much as answering a request from memory, and a connection keeps its peer. */
const peers = new WeakMap<Socket, Peer>();
/** The peer that was parsed last: all connections of a proxy share one. */
let lastPeer: Peer | null = null;

const peerOf = (connection: Socket): Peer => {
  const known = peers.get(connection);
  if (known) return known;
  const { remoteAddress } = connection;
  if (lastPeer === null || lastPeer.remoteAddress !== remoteAddress) lastPeer = parsePeer(remoteAddress);
  // A closed connection no longer names its peer.
  if (remoteAddress !== undefined) peers.set(connection, lastPeer);
  return lastPeer;
};

const parsePeer = (remoteAddress: string | undefined): Peer => {
  const address = canonicalAddress(remoteAddress ?? "") ?? remoteAddress ?? "";
  return { remoteAddress, address, network: networkOf(address) };
};

/** The canonical address of a connection's peer. */
export const peerAddress = (connection: Socket): string => peerOf(connection).address;

/** The network of a request's client; see {@link clientAddress}. */
export const clientNetwork = (request: IncomingMessage, trusted: TrustedProxies): string =>
  isProxy(request.socket, trusted)
    ? networkOf(clientAddress(request, trusted))
    : peerOf(request.socket).network;

/** Whether a connection comes from a trusted proxy. */
export const isProxy = (connection: Socket, trusted: TrustedProxies): boolean =>
  trusted !== "none" && isTrusted(peerAddress(connection), trusted);

/** The scheme that the client's browser sees. */
export const clientScheme = (request: IncomingMessage, trusted: TrustedProxies): "http" | "https" => {
  if (!isProxy(request.socket, trusted)) return "http";
  return listed(request, "x-forwarded-proto").at(-1) === "https" ? "https" : "http";
};

/** The host that the client requested according to a trusted proxy; null if there is none. */
export const forwardedHost = (
  { socket, headers }: IncomingMessage,
  trusted: TrustedProxies,
): string | null =>
  isProxy(socket, trusted) ? (listed({ headers }, "x-forwarded-host").at(-1) ?? null) : null;

const isTrusted = (address: string, trusted: TrustedProxies): boolean =>
  trusted !== "none" && (trusted === "peer" || trusted.includes(address));

const listed = ({ headers }: Pick<IncomingMessage, "headers">, header: string): string[] =>
  [headers[header] ?? []]
    .flat()
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter((value) => value !== "");

/** Some proxies append the client's port. */
const withoutPort = (hop: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
