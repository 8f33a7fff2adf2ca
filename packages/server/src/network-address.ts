import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Parses an address; null if it is malformed. An IPv4 peer of a dual-stack socket appears as `::ffff:1.2.3.4`, which equals
 * `1.2.3.4`. A zone (`%eth0`) names an interface of this machine and is dropped.
 */
const parse = (text: string): Address | null => {
  const bare = text.split("%")[0] ?? "";
  // ipaddr.js also accepts `127.1` and `0x7f.1`, which no honest client sends.
  return isIP(bare) === 0 ? null : ipaddr.process(bare);
};

/** The canonical spelling, in which addresses are compared and counted; null if it is malformed. */
export const canonicalAddress = (text: string): string | null => parse(text)?.toString() ?? null;

/** The network that one customer typically holds: an IPv4 address, or a /64 of IPv6. */
export const networkOf = (text: string): string => {
  const address = parse(text);
  if (address === null) return text;
  if (address instanceof ipaddr.IPv4) return address.toString();
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
};

export const isLoopbackAddress = (text: string): boolean => parse(text)?.range() === "loopback";

/** A list of addresses and networks. */
export interface AddressList {
  includes(address: string): boolean;
}

/** Parses comma-separated addresses and networks; null if an entry is neither. */
export const readAddressList = (given: string): AddressList | null => {
  const networks = given.split(",").map(readNetwork);
  if (!networks.every((network) => network !== null)) return null;
  return {
    includes: (text) => {
      const address = parse(text);
      return address !== null && networks.some((network) => isWithin(address, network));
    },
  };
};

type Network = readonly [address: Address, bits: number];

const readNetwork = (text: string): Network | null => {
  const [given = "", bits, ...rest] = text.split("/");
  const family = isIP(given);
  const longest = family === 4 ? 32 : 128;
  const length = bits === undefined ? longest : Number(/^\d{1,3}$/.test(bits) ? bits : "NaN");
  if (family === 0 || rest.length > 0 || !(length <= longest)) return null;
  const address = ipaddr.parse(given);
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
  return isMapped && length >= 96 ? [address.toIPv4Address(), length - 96] : [address, length];
};

const isWithin = (address: Address, [network, bits]: Network): boolean => {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits);
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
};
