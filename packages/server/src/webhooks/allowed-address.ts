import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** The address of an endpoint is not a public one. */
export class RefusedAddressError extends Error {
  override readonly name = "RefusedAddressError";

  constructor(host: string, address: string) {
    const shown = host === address ? address : `${host} (${address})`;
    super(`${shown} is not a public address; WEBHOOKS_ALLOW_PRIVATE=1 allows it`);
  }
}

/** Neither private, loopback, link-local, multicast nor reserved, also inside an IPv6 address that carries an IPv4 one. */
export const isPublicAddress = (address: string): boolean => {
  const bare = address.split("%")[0] ?? "";
  if (isIP(bare) === 0) return false;
  const parsed = ipaddr.process(bare);
  if (parsed.range() !== "unicast") return false;
  // Outside this part nothing is assigned, and an old form of IPv4 addresses (`::7f00:1`) lies there.
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
};

const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/** @throws RefusedAddressError for a host that is an address and no public one: such a host is never looked up */
export const requirePublicHost = (hostname: string): void => {
  const address = hostname.replace(/^\[|\]$/g, "");
  if (isIP(address) !== 0 && !isPublicAddress(address)) throw new RefusedAddressError(address, address);
};

/**
 * Looks a name up and passes only its public addresses on. The socket connects to one of exactly these, so that the answer
 * of a second lookup can't replace them.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, []);
    const allowed = found.filter(({ address }) => isPublicAddress(address));
    const [first] = allowed;
    if (!first) return callback(new RefusedAddressError(hostname, found[0]?.address ?? "none"), []);
    if (options.all) return callback(null, allowed);
    callback(null, first.address, first.family);
  });
};
