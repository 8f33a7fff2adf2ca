import { describe, expect, it } from "vitest";
import { canonicalAddress, isLoopbackAddress, networkOf, readAddressList } from "./network-address.js";

describe("an address", () => {
  it.each([
    ["1.2.3.4", "1.2.3.4"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::FFFF:0102:0304", "1.2.3.4"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
  ])("has one spelling: %s is %s", (given, canonical) => {
    expect(canonicalAddress(given)).toBe(canonical);
  });

  it.each(["", "unknown", "127.1", "0x7f.0.0.1", "1.2.3.4.5", "1.2.3.4/8"])("is none: %j", (given) => {
    expect(canonicalAddress(given)).toBeNull();
  });

  it("of IPv6 counts with its /64, and a mapped one as the IPv4 address that it is", () => {
    expect(networkOf("2001:db8:1:2::1")).toBe(networkOf("2001:db8:1:2:ffff::1"));
    expect(networkOf("2001:db8:1:2::1")).not.toBe(networkOf("2001:db8:1:3::1"));
    expect(networkOf("::ffff:1.2.3.4")).toBe("1.2.3.4");
    expect(networkOf("::ffff:1.2.3.4")).not.toBe(networkOf("::ffff:1.2.3.5"));
    expect(networkOf("::1")).not.toBe(networkOf("127.0.0.1"));
  });

  it("is this machine's in every spelling", () => {
    for (const own of ["127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"])
      expect(isLoopbackAddress(own)).toBe(true);
    for (const other of ["0.0.0.0", "::", "::ffff:10.0.0.1", "128.0.0.1", "127.1"])
      expect(isLoopbackAddress(other)).toBe(false);
  });
});

describe("a list of addresses", () => {
  it.each([
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["::ffff:10.0.0.1", "10.0.0.1", true],
    ["10.0.0.1,2001:db8::/32", "2001:0db8:ffff::1", true],
    ["10.0.0.1,2001:db8::/32", "10.0.0.2", false],
    ["::/0", "10.0.0.1", false],
  ])("%s holds %s: %s", (list, address, expected) => {
    expect(readAddressList(list)?.includes(address)).toBe(expected);
  });

  it.each(["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0", "localhost", "10.0.0.1,"])(
    "is none: %j",
    (given) => {
      expect(readAddressList(given)).toBeNull();
    },
  );
});
