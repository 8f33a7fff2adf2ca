import { BlockList } from "node:net";
import { expect, it } from "vitest";
import type { TrustedProxies } from "../env";
import { clientNetwork } from "./client-network";

const proxies = new BlockList();
proxies.addSubnet("10.0.0.0", 8, "ipv4");

const seen = (forwardedFor: string | null, trusted: TrustedProxies) =>
  clientNetwork(new Headers(forwardedFor === null ? {} : { "x-forwarded-for": forwardedFor }), trusted);

it.each([
  ["192.0.2.1", "none", "192.0.2.1"],
  ["::ffff:192.0.2.1", "none", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "none", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::ffff", "none", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "none", "fe80:0:0:0::/64"],
  ["203.0.113.9, 192.0.2.1", "peer", "192.0.2.1"],
  ["192.0.2.1:4711", "peer", "192.0.2.1"],
  ["[2001:db8:1:2::1]:4711", "peer", "2001:db8:1:2::/64"],
  ["203.0.113.9, 192.0.2.1, 10.0.0.2", proxies, "192.0.2.1"],
  ["192.0.2.1, ::ffff:10.0.0.3, 10.0.0.2", proxies, "192.0.2.1"],
  ["10.0.0.3, 10.0.0.2", proxies, "10.0.0.3"],
  ["one name, another", "peer", "unknown"],
  ["", "peer", "unknown"],
  [null, "none", "unknown"],
] as const)("%j, with trusted proxies %o, is %s", (given, trusted, network) => {
  expect(seen(given, trusted)).toBe(network);
});
