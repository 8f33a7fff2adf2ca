import { isLoopbackAddress } from "./network-address.js";

/** Whether a host from a setting or a `Host` header (without brackets) is a loopback name. */
export const isLoopback = (host: string): boolean =>
  host.toLowerCase() === "localhost" || isLoopbackAddress(host);
