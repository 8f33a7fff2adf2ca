import { expect, it } from "vitest";
import { isPublicAddress } from "./allowed-address.js";

it.each(["8.8.8.8", "203.1.113.9", "2606:4700:4700::1111", "::ffff:8.8.8.8"])(
  "passes the public address %s",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

it.each([
  "127.0.0.1",
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "192.168.0.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::7f00:1",
  "::a00:1",
  "::ffff:127.0.0.1",
  "::ffff:0:7f00:1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:db8::1",
  "fc00::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "not an address",
])("refuses %s", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
