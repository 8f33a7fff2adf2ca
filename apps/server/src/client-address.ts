import type { IncomingMessage } from "node:http";
import { isIP, type Socket } from "node:net";
import type { TrustedProxies } from "./env.js";

/** Where a request comes from: its peer, or whom a proxy that is believed names. */
export const clientAddress = (request: IncomingMessage, trusted: TrustedProxies): string => {
  const peer = plain(request.socket.remoteAddress ?? "");
  if (!isTrusted(peer, trusted)) return peer;
  const hops = listed(request, "x-forwarded-for");
  // Each proxy appends whom it heard; what stands before the last one that is not believed may be made up.
  for (const hop of hops.reverse()) {
    const address = plain(hop);
    if (isIP(address) === 0) return peer;
    if (trusted === "peer" || !isTrusted(address, trusted)) return address;
  }
  return peer;
};

/** Whether a connection is a proxy's that speaks for others. */
export const isProxy = ({ remoteAddress }: Socket, trusted: TrustedProxies): boolean =>
  isTrusted(plain(remoteAddress ?? ""), trusted);

/** The scheme that the client's browser sees. */
export const clientScheme = (request: IncomingMessage, trusted: TrustedProxies): "http" | "https" => {
  if (!isTrusted(plain(request.socket.remoteAddress ?? ""), trusted)) return "http";
  return listed(request, "x-forwarded-proto").at(-1) === "https" ? "https" : "http";
};

const isTrusted = (address: string, trusted: TrustedProxies): boolean => {
  if (trusted === "none") return false;
  if (trusted === "peer") return true;
  return isIP(address) !== 0 && trusted.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
};

const listed = (request: IncomingMessage, header: string): string[] =>
  [request.headers[header] ?? []]
    .flat()
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter((value) => value !== "");

/** An IPv4 peer on a dual-stack socket shows as `::ffff:1.2.3.4`. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");
