import type { WebSocket } from "ws";

/** Bytes that one socket may leave unread. */
const maxUnreadPerSocket = 16_777_216;
/** Bytes that all sockets of one address may leave unread together. */
const maxUnreadPerAddress = 67_108_864;

/** Least interval between two sums over the sockets of one address. */
const checkEveryMs = 50;
/** Sockets with fewer unread bytes do not trigger a sum. */
const worthwhileBytes = 65_536;

interface Sockets {
  readonly all: Set<WebSocket>;
  checkedAt: number;
}

/** Limits the bytes that peers leave unread: per socket, and per address over its sockets without a key. */
export class UnreadSocketBytes {
  private readonly addresses = new Map<string, Sockets>();

  constructor(
    private readonly limits = { perSocket: maxUnreadPerSocket, perAddress: maxUnreadPerAddress },
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Assigns a socket to an address, or to none if it has a key. @returns a function to call after each write */
  watch(socket: WebSocket, address: string | null): () => void {
    if (address === null) return () => this.wrote(socket, null);
    const sockets = this.addresses.get(address) ?? { all: new Set(), checkedAt: 0 };
    this.addresses.set(address, sockets);
    sockets.all.add(socket);
    socket.once("close", () => {
      sockets.all.delete(socket);
      if (sockets.all.size === 0 && this.addresses.get(address) === sockets) this.addresses.delete(address);
    });
    return () => this.wrote(socket, sockets);
  }

  private wrote(socket: WebSocket, sockets: Sockets | null): void {
    if (socket.bufferedAmount < worthwhileBytes) return;
    if (socket.bufferedAmount > this.limits.perSocket) {
      socket.terminate();
      return;
    }
    if (!sockets || this.now() - sockets.checkedAt < checkEveryMs) return;
    sockets.checkedAt = this.now();
    this.cutDown(sockets.all);
  }

  /** Terminates the sockets with the most unread bytes first. */
  private cutDown(sockets: ReadonlySet<WebSocket>): void {
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
