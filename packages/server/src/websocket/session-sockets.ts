import { inputs, SessionError, type SessionService } from "@adjourn/sessions";
import type { WsTrpcSocket } from "./trpc-socket.js";

/** Finds the end of a socket's session. */
export interface SocketWatch {
  /** Called when the socket is closed. */
  leave(socket: WsTrpcSocket): void;
}

/** The sockets that were opened for one session without its token. Thousands of one session share a watch. */
export class SessionSockets {
  private readonly bySession = new Map<string, SharedWatch>();

  constructor(private readonly sessions: Pick<SessionService, "watchEnd">) {}

  /**
   * Reports the session's end to a socket, if the session is live. A socket of a session that is gone stays open: its caller
   * may repeat the end with an idempotency key, and a stock client would only open the next socket.
   * @returns null if there is nothing to watch
   */
  async add(sessionId: string | undefined, socket: WsTrpcSocket): Promise<SocketWatch | null> {
    const input = inputs.getSession.safeParse({ sessionId });
    if (!input.success) return null;
    const watch = this.watchOf(input.data.sessionId);
    watch.sockets.add(socket);
    try {
      await watch.begun;
      return watch;
    } catch (error) {
      watch.leave(socket);
      if (error instanceof SessionError && isGone(error)) return null;
      throw error;
    }
  }

  private watchOf(sessionId: string): SharedWatch {
    const known = this.bySession.get(sessionId);
    if (known) return known;
    const watch = new SharedWatch(this.sessions, sessionId, (over) => {
      if (this.bySession.get(sessionId) === over) this.bySession.delete(sessionId);
    });
    this.bySession.set(sessionId, watch);
    return watch;
  }
}

class SharedWatch implements SocketWatch {
  readonly sockets = new Set<WsTrpcSocket>();
  readonly begun: ReturnType<SessionService["watchEnd"]>;

  constructor(
    sessions: Pick<SessionService, "watchEnd">,
    sessionId: string,
    /** Called when the session has ended, or no socket is left. */
    private readonly onOver: (watch: SharedWatch) => void,
  ) {
    this.begun = sessions.watchEnd({ sessionId }, () => {
      this.onOver(this);
      for (const socket of this.sockets) socket.sessionEnded();
    });
  }

  leave(socket: WsTrpcSocket): void {
    this.sockets.delete(socket);
    if (this.sockets.size > 0) return;
    this.onOver(this);
    // One that failed left by itself.
    this.begun.then(({ leave }) => leave(), nothing);
  }
}

const nothing = (): void => {};

const isGone = ({ code }: SessionError): boolean =>
  code === "SESSION_NOT_FOUND" || code === "SESSION_EXPIRED";
