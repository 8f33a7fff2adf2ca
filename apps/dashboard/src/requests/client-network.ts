import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { TrustedProxies } from "../env";
import { isTrusted } from "./forwarded-headers";

/**
 * The network a call comes from: an IPv4 address, or an IPv6 /64, which is assigned to one customer. `X-Forwarded-For`
 * is present only if a trusted proxy sent it, see `forwarded-headers.ts`; otherwise Next sets it to the peer.
 */
export const clientNetwork = (headers: Headers, trusted: TrustedProxies): string => {
  const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => withoutPort(hop.trim()));
  // Each proxy appends its peer. Entries before the last untrusted one may be forged.
  const client = hops.findLast((hop) => typeof trusted === "string" || !isTrusted(hop, trusted));
  return networkOf(client ?? hops[0] ?? "");
};

/** Some proxies append the client's port. */
const withoutPort = (hop: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;

/** All values that are not an address count as one caller. */
const networkOf = (text: string): string => {
  const bare = text.split("%")[0] ?? "";
  if (isIP(bare) === 0) return "unknown";
  const address = ipaddr.process(bare);
  if (address instanceof ipaddr.IPv4) return address.toString();
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
};
