import { readFile } from "node:fs/promises";
import { type Socket, SocketAddress } from "node:net";
import { endianness } from "node:os";

/** What a connection has sent, and sent again, without its peer acknowledging it. */
export interface Unacknowledged {
  readonly bytes: number;
  /** How often in a row it was sent again, at intervals that double; the first is about 0.2 s where the peer is near. */
  readonly retransmits: number;
}

/** Stands in a line of /proc/net/tcp whose timer is the one for sending again; proc_net_tcp(5) names its columns. */
const resendTimer = " 01:";
/** The one for asking whether a window that was closed is open. */
const probeTimer = " 04:";

/** Names a connection as both its socket and the kernel's table can. */
export const connectionName = ({ localAddress, localPort, remoteAddress, remotePort }: Socket): string =>
  nameOf(withoutZone(localAddress), localPort, withoutZone(remoteAddress), remotePort);

/**
 * The connections that the kernel sends again on, by name; none on other systems than Linux. A peer that is there and
 * does not read is not among them: while its window is closed the kernel probes, and sends nothing again.
 */
export const readUnacknowledged = async (): Promise<ReadonlyMap<string, Unacknowledged>> => {
  const found = new Map<string, Unacknowledged>();
  for (const [name, bytes] of await readTable([resendTimer]))
    if (bytes.retransmits > 0) found.set(name, bytes);
  return found;
};

/** The connections whose peers have yet to acknowledge something, sent or not; none on other systems than Linux. */
export const readQueued = (): Promise<ReadonlyMap<string, Unacknowledged>> =>
  readTable([resendTimer, probeTimer]);

/** The lines of the kernel's table with one of these timers; it may be long, and the others need not be taken apart. */
const readTable = async (timers: readonly string[]): Promise<ReadonlyMap<string, Unacknowledged>> => {
  const found = new Map<string, Unacknowledged>();
  if (process.platform !== "linux") return found;
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    // A machine without IPv6 lacks the second.
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

/** The kernel prints an address as its machine holds it, in words of four bytes. */
const addressOf = (hex: string): string => {
  const bytes = Buffer.from(hex, "hex");
  if (endianness() === "LE") bytes.swap32();
  if (bytes.length === 4) return bytes.join(".");
  const groups = bytes.toString("hex").match(/.{4}/g) ?? [];
  // Shortened as a socket has it.
  return new SocketAddress({ family: "ipv6", address: groups.join(":") }).address;
};

const nameOf = (...ends: readonly (string | number | undefined)[]): string => ends.join(" ");

const withoutZone = (address = ""): string => address.split("%")[0] ?? "";
