import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type AddressList, readAddressList } from "../network-address.js";
import { clientAddress, clientScheme } from "./client-address.js";

const requestFrom = (peer: string, headers: Record<string, string> = {}): IncomingMessage => {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, headers);
  return request;
};

const listOf = (given: string): AddressList => {
  const list = readAddressList(given);
  if (list === null) throw new Error(`${given} is no list of addresses`);
  return list;
};

const proxies = listOf("10.0.0.0/8");
const mapped = listOf("::ffff:10.0.0.0/104");

describe("whose request it is", () => {
  it.each([
    ["the peer's, as long as no proxy is believed", "none", "9.9.9.9", "1.1.1.1", "9.9.9.9"],
    ["whom the proxy names", "peer", "9.9.9.9", "1.1.1.1", "1.1.1.1"],
    [
      "the peer of the last proxy, not what a client forged",
      "peer",
      "9.9.9.9",
      "6.6.6.6, 1.1.1.1",
      "1.1.1.1",
    ],
    ["the peer's where the proxy names nobody", "peer", "9.9.9.9", "", "9.9.9.9"],
    ["the peer's where what is named is no address", "peer", "9.9.9.9", "unknown", "9.9.9.9"],
    [
      "the first before a chain of known proxies",
      proxies,
      "10.0.0.1",
      "6.6.6.6, 1.1.1.1, 10.0.0.2",
      "1.1.1.1",
    ],
    ["the peer's where it is no known proxy", proxies, "9.9.9.9", "1.1.1.1", "9.9.9.9"],
    ["an IPv4 peer's on a dual-stack socket", proxies, "::ffff:10.0.0.1", "1.1.1.1", "1.1.1.1"],
    ["the same in whichever way it is written", "peer", "9.9.9.9", "::FFFF:0101:0101", "1.1.1.1"],
    ["the same behind a setting that names a mapped network", mapped, "10.1.2.3", "1.1.1.1", "1.1.1.1"],
    ["the IPv6 address's in its one spelling", "peer", "::1", "2001:DB8:0:0::1", "2001:db8::1"],
    ["an address's without the port that a proxy adds", "peer", "9.9.9.9", "1.1.1.1:5678", "1.1.1.1"],
    ["an IPv6 address's without its brackets and port", "peer", "9.9.9.9", "[2001:db8::1]:80", "2001:db8::1"],
  ] as const)("%s", (_, trusted, peer, forwarded, expected) => {
    expect(clientAddress(requestFrom(peer, { "x-forwarded-for": forwarded }), trusted)).toBe(expected);
  });

  it("the scheme is the browser's only where the proxy is believed", () => {
    const headers = { "x-forwarded-proto": "https" };
    expect(clientScheme(requestFrom("9.9.9.9", headers), "peer")).toBe("https");
    expect(clientScheme(requestFrom("9.9.9.9", headers), "none")).toBe("http");
    expect(clientScheme(requestFrom("9.9.9.9", headers), proxies)).toBe("http");
  });
});
