import { expect, it } from "vitest";
import { readEnv } from "../env";
import { dropForwardedHeaders } from "./forwarded-headers";

const left = (peer: string, given: string | undefined): readonly string[] => {
  const headers = {
    host: "a.example",
    forwarded: "host=b.example",
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-host": "b.example",
  };
  dropForwardedHeaders(headers, peer, readEnv({ TRUST_PROXY: given }).trustProxy);
  return Object.keys(headers);
};

it("leaves what a proxy says only where TRUST_PROXY names its address", () => {
  for (const [peer, given] of [
    ["127.0.0.1", "1"],
    ["127.0.0.1", "127.0.0.1"],
    ["::ffff:10.1.2.3", "192.0.2.0/24,10.0.0.0/8"],
    ["2001:db8::1", "2001:db8::/32"],
  ] as const)
    expect([peer, given, left(peer, given).length]).toEqual([peer, given, 4]);
  for (const [peer, given] of [
    ["127.0.0.1", undefined],
    ["127.0.0.2", "127.0.0.1"],
    ["", "10.0.0.0/8"],
    ["2001:db9::1", "2001:db8::/32"],
  ] as const)
    expect([peer, given, left(peer, given)]).toEqual([peer, given, ["host"]]);
});
