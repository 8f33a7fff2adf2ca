import { once } from "node:events";
import { type Close, closeSocket, type SocketIoPeer } from "@adjourn/transports";
import type { Socket as EngineConnection } from "engine.io";
import { webSocketOf } from "./engine-socket.js";

/** How long a peer may take to answer a close. */
const graceMs = 1_000;

/** One Engine.IO connection, over whichever transport it has at the moment. */
export class EnginePeer implements SocketIoPeer {
  /** Characters that wait in Engine.IO for a poll, or for the end of a change of transport. */
  private queued = 0;
  private isClosing = false;

  constructor(readonly connection: EngineConnection) {
    connection.on("packetCreate", ({ data }: { data?: string }) => {
      this.queued += data?.length ?? 0;
    });
    connection.on("flush", () => {
      this.queued = 0;
    });
  }

  get isOpen(): boolean {
    return this.connection.readyState === "open" && !this.isClosing;
  }

  send(packet: string): void {
    if (this.isOpen) this.connection.write(packet);
  }

  get waitingBytes(): number {
    return this.queued + (webSocketOf(this.connection)?.bufferedAmount ?? 0);
  }

  async drained(): Promise<void> {
    const { connection } = this;
    if (this.queued > 0 && this.isOpen) {
      const left = new AbortController();
      const { signal } = left;
      const turns = [once(connection, "drain", { signal }), once(connection, "close", { signal })];
      for (const turn of turns) turn.catch(() => {});
      await Promise.race(turns);
      left.abort();
    }
    await webSocketOf(connection)?.drained();
  }

  close(close: Close): void {
    if (!this.isOpen) return;
    const socket = webSocketOf(this.connection);
    if (socket) {
      this.isClosing = true;
      closeSocket(socket, close);
    } else this.connection.close(true);
  }

  destroy(): void {
    const socket = webSocketOf(this.connection);
    if (socket) socket.terminate();
    else this.connection.close(true);
  }

  /** Called after a disconnect packet, which the peer may never read. */
  expectClose(): void {
    setTimeout(destroy, graceMs, this).unref();
  }
}

const destroy = (peer: EnginePeer): void => {
  if (peer.connection.readyState !== "closed") peer.destroy();
};
