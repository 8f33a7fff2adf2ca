import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { SeededRandom } from "../seeded-random.js";

/** What happens to each connection; what is not named does not happen. */
export interface Faults {
  /** How many bytes of the server's a connection may carry until it is cut, most often in the middle of a frame. */
  readonly bytesUntilCut?: () => number;
  /** The longest piece that bytes pass in, each in a turn of its own. */
  readonly pieceBytes?: number;
  /** The longest wait before a piece. */
  readonly delayMs?: number;
}

export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  readonly cuts: number;
  /** From now on for what passes and for new connections. */
  behave(faults: Faults): void;
  /** Nothing passes any more in either direction: no FIN, no RST. */
  vanish(): void;
}

/** Stands between a client and the server at `target` and does to their connections what networks do. */
export const startFaultyProxy = async (target: string, random: SeededRandom): Promise<FaultyProxy> => {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let faults: Faults = {};
  let cuts = 0;
  let hasVanished = false;

  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  };

  /** Passes what `from` says on to `to`, in pieces, in order, and no faster than it is taken. */
  const pass = async (from: Socket, to: Socket, allowance: () => number, cut: () => void): Promise<void> => {
    let left = allowance();
    for await (const chunk of from) {
      let rest = chunk as Buffer;
      while (rest.length > 0) {
        const piece = rest.subarray(0, Math.min(left, 1 + random.below(faults.pieceBytes ?? rest.length)));
        rest = rest.subarray(piece.length);
        left -= piece.length;
        if (faults.delayMs !== undefined) await pause(random.below(faults.delayMs));
        else if (faults.pieceBytes !== undefined) await pause(0);
        // Not left, which would close the connection: from here on nothing is read or said.
        if (hasVanished) await new Promise(() => {});
        if (!to.writable) return;
        if (!to.write(piece)) await Promise.race([once(to, "drain"), once(to, "close")]);
        if (left <= 0) return cut();
      }
    }
    to.end();
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    own(client);
    const upstream = own(connect({ host: hostname, port: Number(port), allowHalfOpen: true }));
    const cut = () => {
      cuts += 1;
      // Both ways of going: with a goodbye to the client, and without.
      if (random.chance(0.5)) client.resetAndDestroy();
      else client.destroy();
      upstream.destroy();
    };
    const never = () => Number.POSITIVE_INFINITY;
    const lost = () => {
      if (hasVanished) return;
      client.destroy();
      upstream.destroy();
    };
    pass(client, upstream, never, cut).catch(lost);
    pass(upstream, client, () => (faults.bytesUntilCut ?? never)(), cut).catch(lost);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    behave: (next) => {
      faults = next;
    },
    vanish: () => {
      hasVanished = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => (ms === 0 ? setImmediate(resolve) : setTimeout(resolve, ms)));
