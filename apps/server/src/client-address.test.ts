import { IncomingMessage } from "node:http";
import { BlockList, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { clientAddress, clientScheme } from "./client-address.js";

const requestFrom = (peer: string, headers: Record<string, string> = {}): IncomingMessage => {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, headers);
  return request;
};

const proxies = new BlockList();
proxies.addSubnet("10.0.0.0", 8);

describe("whose request it is", () => {
  it.each([
    ["the peer's, as long as no proxy is believed", "none", "9.9.9.9", "1.1.1.1", "9.9.9.9"],
    ["whom the proxy names", "peer", "9.9.9.9", "1.1.1.1", "1.1.1.1"],
    [
      "whom the last proxy heard, not what a client made up",
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
