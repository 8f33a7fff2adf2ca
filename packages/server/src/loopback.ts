import { isLoopbackAddress } from "./network-address.js";

/** Whether a host, as a setting or a `Host` header's name has it (brackets off), is this machine alone. */
export const isLoopback = (host: string): boolean =>
  host.toLowerCase() === "localhost" || isLoopbackAddress(host);
