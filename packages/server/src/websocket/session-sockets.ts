import { inputs, SessionError, type SessionService } from "@adjourn/sessions";
import type { WsTrpcSocket } from "./trpc-socket.js";

/** The open sockets of one session, with the watch that finds its end for all of them. */
interface Watched {
  readonly sockets: Set<WsTrpcSocket>;
  readonly begun: ReturnType<SessionService["watchEnd"]>;
}

/** The sockets that were opened for one session without its token. Thousands of one session share a watch. */
export class SessionSockets {
  private readonly bySession = new Map<string, Watched>();

  constructor(private readonly sessions: Pick<SessionService, "watchEnd">) {}

  /**
   * Reports the session's end to a socket, if the session is live. A socket of a session that is gone stays open: its caller
   * may repeat the end with an idempotency key, and a stock client would only open the next socket.
   * @returns a function that removes the socket
   */
  async add(sessionId: string | undefined, socket: WsTrpcSocket): Promise<() => void> {
    const input = inputs.getSession.safeParse({ sessionId });
    if (!input.success) return nothing;
    const key = input.data.sessionId;
    const watched = this.bySession.get(key) ?? this.watch(key);
    watched.sockets.add(socket);
    const leave = (): void => this.remove(key, watched, socket);
    try {
      await watched.begun;
      return leave;
    } catch (error) {
      leave();
      if (error instanceof SessionError && isGone(error)) return nothing;
      throw error;
    }
  }

  private watch(sessionId: string): Watched {
    const sockets = new Set<WsTrpcSocket>();
    const begun = this.sessions.watchEnd({ sessionId }, () => {
      this.bySession.delete(sessionId);
      for (const socket of sockets) socket.sessionEnded();
    });
    const watched = { sockets, begun };
    this.bySession.set(sessionId, watched);
    return watched;
  }

  private remove(sessionId: string, { sockets, begun }: Watched, socket: WsTrpcSocket): void {
    sockets.delete(socket);
    if (sockets.size > 0) return;
    if (this.bySession.get(sessionId)?.sockets === sockets) this.bySession.delete(sessionId);
    // One that failed left by itself.
    begun.then(({ leave }) => leave(), nothing);
  }
}

const nothing = (): void => {};

const isGone = ({ code }: SessionError): boolean =>
  code === "SESSION_NOT_FOUND" || code === "SESSION_EXPIRED";
