import { readFile } from "node:fs/promises";
import { type Socket, SocketAddress } from "node:net";
import { endianness } from "node:os";

/** Data that a connection has sent and its peer has not acknowledged. */
export interface Unacknowledged {
  readonly bytes: number;
  /** Number of retransmissions in a row, at doubling intervals; the first comes after about 0.2 s for a near peer. */
  readonly retransmits: number;
}

/** Marks a line of /proc/net/tcp with a running retransmit timer; see proc_net_tcp(5). */
const resendTimer = " 01:";
/** Marks a line with a running zero-window probe timer. */
const probeTimer = " 04:";

/** A name for a connection that both its socket and the kernel's table can build. */
export const connectionName = ({ localAddress, localPort, remoteAddress, remotePort }: Socket): string =>
  nameOf(withoutZone(localAddress), localPort, withoutZone(remoteAddress), remotePort);

/**
 * The connections with retransmissions, by name; empty on systems other than Linux. A live peer that does not read is not
 * among them: while its window is closed, the kernel probes and retransmits nothing.
 */
export const readUnacknowledged = async (): Promise<ReadonlyMap<string, Unacknowledged>> => {
  const found = new Map<string, Unacknowledged>();
  for (const [name, bytes] of await readTable([resendTimer]))
    if (bytes.retransmits > 0) found.set(name, bytes);
  return found;
};

/** The connections with unacknowledged or unsent data; empty on systems other than Linux. */
export const readQueued = (): Promise<ReadonlyMap<string, Unacknowledged>> =>
  readTable([resendTimer, probeTimer]);

/** Parses the lines of the kernel's table that have one of these timers. The table can be long, so others are skipped. */
const readTable = async (timers: readonly string[]): Promise<ReadonlyMap<string, Unacknowledged>> => {
  const found = new Map<string, Unacknowledged>();
  if (process.platform !== "linux") return found;
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    // The second file is missing on machines without IPv6.
    const table = await readFile(file, "latin1").catch(() => "");
    for (const timer of timers)
      for (let at = table.indexOf(timer); at !== -1; at = table.indexOf(timer, at + 1)) {
        const line = table.slice(table.lastIndexOf("\n", at) + 1, table.indexOf("\n", at));
        const [, local = "", remote = "", , queues = "", , retransmits = ""] = line.trim().split(/ +/);
        found.set(nameOf(...endOf(local), ...endOf(remote)), {
          bytes: Number.parseInt(queues, 16),
          retransmits: Number.parseInt(retransmits, 16),
        });
      }
  }
  return found;
};

const endOf = (end: string): readonly [address: string, port: number] => {
  const [address = "", port = ""] = end.split(":");
  return [addressOf(address), Number.parseInt(port, 16)];
};

/** The kernel prints an address in words of four bytes in host byte order. */
const addressOf = (hex: string): string => {
  const bytes = Buffer.from(hex, "hex");
  if (endianness() === "LE") bytes.swap32();
  if (bytes.length === 4) return bytes.join(".");
  const groups = bytes.toString("hex").match(/.{4}/g) ?? [];
  // Compressed like the address of a socket.
  return new SocketAddress({ family: "ipv6", address: groups.join(":") }).address;
};

const nameOf = (...ends: readonly (string | number | undefined)[]): string => ends.join(" ");

const withoutZone = (address = ""): string => address.split("%")[0] ?? "";
