import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { TrustedProxies } from "../env.js";

/** Removes `Forwarded` and `X-Forwarded-*` unless the peer is a trusted proxy. */
export const dropForwardedHeaders = (
  headers: IncomingHttpHeaders,
  peer: string,
  trusted: TrustedProxies,
): void => {
  if (isTrusted(peer, trusted)) return;
  for (const name of Object.keys(headers))
    if (name === "forwarded" || name.startsWith("x-forwarded-")) delete headers[name];
};

export const isTrusted = (peer: string, trusted: TrustedProxies): boolean => {
  if (typeof trusted === "string") return trusted === "peer";
  // An IPv4 peer on a dual-stack socket shows as `::ffff:1.2.3.4`.
  const address = peer.replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) !== 0 && trusted.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
};
