import type { PeerSocket, UnreadGroup } from "../web-socket/peer-socket.js";

/** Bytes that one socket may leave unread, and those that all sockets of one address may leave unread together. */
export interface UnreadSocketLimits {
  readonly perSocket: number;
  readonly perAddress: number;
}

const usualLimits: UnreadSocketLimits = { perSocket: 16_777_216, perAddress: 67_108_864 };

/** Least interval between two sums over the sockets of one address. */
const checkEveryMs = 50;
/** Sockets with fewer unread bytes do not trigger a sum. */
const worthwhileBytes = 65_536;

/** Limits the bytes that peers leave unread: per socket, and per address over its sockets without a key. */
export class UnreadSocketBytes {
  private readonly groups = new Map<string, UnreadGroup>();

  constructor(
    private readonly limits = usualLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Assigns a socket to an address, or to none if it has a key. {@link wrote} must follow each write. */
  watch(socket: PeerSocket, address: string | null): void {
    socket.unread = this;
    if (address === null || socket.readyState === socket.CLOSED) return;
    const group = this.groups.get(address) ?? { address, sockets: new Set(), checkedAt: 0 };
    this.groups.set(address, group);
    group.sockets.add(socket);
    socket.unreadGroup = group;
  }

  /** Called by the socket. */
  closed(socket: PeerSocket): void {
    const { unreadGroup: group } = socket;
    group?.sockets.delete(socket);
    if (group?.sockets.size === 0) this.groups.delete(group.address);
  }

  wrote(socket: PeerSocket): void {
    const { bufferedAmount, unreadGroup: group } = socket;
    if (bufferedAmount < worthwhileBytes) return;
    if (bufferedAmount > this.limits.perSocket) {
      socket.terminate();
      return;
    }
    if (!group || this.now() - group.checkedAt < checkEveryMs) return;
    group.checkedAt = this.now();
    this.cutDown(group.sockets);
  }

  /** Terminates the sockets with the most unread bytes first. */
  private cutDown(sockets: ReadonlySet<PeerSocket>): void {
    let sum = 0;
    for (const { bufferedAmount } of sockets) sum += bufferedAmount;
    if (sum <= this.limits.perAddress) return;
    const fullest = [...sockets].sort((a, b) => b.bufferedAmount - a.bufferedAmount);
    for (const socket of fullest) {
      if (sum <= this.limits.perAddress) return;
      sum -= socket.bufferedAmount;
      socket.terminate();
    }
  }
}
