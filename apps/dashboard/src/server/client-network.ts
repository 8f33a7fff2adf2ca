import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { TrustedProxies } from "../env";
import { isTrusted } from "./forwarded-headers";

/**
 * Where a call comes from: an IPv4 address, or a /64 of IPv6, which one subscriber holds. `X-Forwarded-For` stands there
 * only where a proxy that is believed sent it, see `forwarded-headers.ts`; otherwise Next has put the peer into it.
 */
export const clientNetwork = (headers: Headers, trusted: TrustedProxies): string => {
  const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => withoutPort(hop.trim()));
  // Each proxy appends whom it heard; what stands before the last one that is not believed may be made up.
  const client = hops.findLast((hop) => typeof trusted === "string" || !isTrusted(hop, trusted));
  return networkOf(client ?? hops[0] ?? "");
};

/** Some proxies append the port that they heard the client from. */
const withoutPort = (hop: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;

/** What is no address counts as one caller, whatever it says. */
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
