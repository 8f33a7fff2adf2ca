import { isIPv4 } from "node:net";

/** Whether a host, as a setting or a `Host` header's name has it (brackets off), is this machine alone. */
export const isLoopback = (host: string): boolean =>
  host.toLowerCase() === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
