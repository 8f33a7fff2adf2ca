import { createAgentDirectory } from "@adjourn/agents";
import { ScriptedAgent, type ScriptedReply } from "@adjourn/testkit";
import { openRaw, request } from "../setup/raw-peer.js";
import { adminKey, serviceKey, startTestServer, type TestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import type { LeavingSession, LeavingWire } from "./disconnect-wire.js";
import { type LeavingPeer, openPeer } from "./disconnecting-peer.js";
import { createHeldSteps, type HeldSteps } from "./held-steps.js";
import { type LiveTimers, watchTimers } from "./live-timers.js";
import { type ServerSockets, watchServerSockets } from "./server-sockets.js";

/** Connections without a key that an address may hold. */
const connectionsPerAddress = 12;

/** A server with keys, whose ports and agent the test holds in its hand. */
export interface LeavingWorld extends AsyncDisposable {
  readonly server: TestServer;
  readonly steps: HeldSteps;
  readonly sockets: ServerSockets;
  /** With a reply under way, where the wire needs one. */
  newSession(wire?: LeavingWire): Promise<LeavingSession>;
  /** Sends a user's message as a backend would. */
  send(session: LeavingSession): Promise<void>;
  open(wire: LeavingWire, session: LeavingSession): Promise<LeavingPeer>;
  /** Whether the peer has got what it came for so far: the first event, or a reply that has begun. */
  isIn(wire: LeavingWire, peer: LeavingPeer): boolean;
  /** The replies that are being written. */
  turns(): readonly ScriptedReply[];
  /** Lets the agent say its last word in each; none of them was cancelled. @returns how many */
  finishTurns(): number;
  /** Waits until nothing of these peers is left but replies that go on. */
  nothingLeft(peers: readonly LeavingPeer[]): Promise<void>;
}

/** How long a server waits for a peer that polls; none of them answers a ping. */
const polledTimeouts = { connectionParamsMs: 1_500, pingAfterMs: 1_500, silenceMs: 3_000 };

export const startLeavingWorld = async ({ isPolled }: LeavingWire): Promise<LeavingWorld> => {
  const steps = createHeldSteps();
  const sockets = watchServerSockets();
  const timers = watchTimers();
  const turns: ScriptedReply[] = [];
  const agent = new ScriptedAgent();
  const gather = async (): Promise<void> => {
    turns.push(await agent.nextTurn());
    return gather();
  };
  void gather();
  const server = await startTestServer(
    {
      ADJOURN_ADMIN_KEY: adminKey,
      ADJOURN_SERVICE_KEY: serviceKey,
      RATE_LIMIT_PER_MINUTE: "1000000",
      SOCKET_IO: "on",
    },
    {
      agents: createAgentDirectory([agent]),
      around: steps.around,
      connectionsPerAddress,
      connectionTimeouts: isPolled ? polledTimeouts : {},
    },
  );
  const backend = restWire(server.url, { key: serviceKey });
  const send = async ({ sessionId }: LeavingSession): Promise<void> => {
    await backend.call("sendSessionMessage", { sessionId, content: "hi" });
  };
  const newSession = async (wire?: LeavingWire): Promise<LeavingSession> => {
    const session = await createSession(backend, { agentId: agent.id });
    const before = turns.length;
    if (wire?.needsReply) {
      await send(session);
      await until(() => turns.length > before);
    }
    return session;
  };
  await newSession();
  const atRest = timers.count();

  return {
    server,
    steps,
    sockets,
    newSession,
    send,
    open: (wire, session) =>
      openPeer(server.url, wire.bytes(server.url, session), wire.dialogue?.(server.url, session)),
    isIn: ({ comesFor, firstEvent = comesFor === "events" ? '"session.started"' : undefined }, peer) =>
      firstEvent === undefined ? turns.length > 0 : peer.text().includes(firstEvent),
    turns: () => turns,
    finishTurns: () => {
      const finished = turns.splice(0);
      for (const turn of finished) {
        if (turn.turn.signal.aborted) throw new Error("leaving has cancelled a reply");
        turn.say("done");
        turn.finish();
      }
      return finished.length;
    },
    nothingLeft: async (peers) => {
      for (const peer of peers) {
        const socket = await sockets.of(peer.port);
        await until(() => socket.destroyed);
      }
      await until(async () => isOnlyReplying(await readHeld(server), turns.length)).catch(async () => {
        throw new Error(`still held: ${JSON.stringify(await readHeld(server))}`);
      });
      await noTimerLeft(timers, atRest + turns.length);
      await slotsAreFree(server.url);
    },
    [Symbol.asyncDispose]: async () => {
      sockets[Symbol.dispose]();
      timers[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

const gauges = ["adjourn_held_sessions", "adjourn_listeners", "adjourn_pending_operations"] as const;
type PresenceRecord = Record<(typeof gauges)[number] | "shown", number>;

/** What the process holds by its own count, and how many listeners the list of sessions shows. */
const readHeld = async ({ url }: TestServer): Promise<PresenceRecord> => {
  const headers = { "X-API-KEY": adminKey };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  const { body } = await restWire(url, { key: adminKey }).call("listSessions", { limit: 1_000 });
  const shown = (body.sessions as { listeners: number }[]).reduce((sum, { listeners }) => sum + listeners, 0);
  return {
    adjourn_held_sessions: value("adjourn_held_sessions"),
    adjourn_listeners: value("adjourn_listeners"),
    adjourn_pending_operations: value("adjourn_pending_operations"),
    shown,
  };
};

const isOnlyReplying = (held: PresenceRecord, replies: number): boolean =>
  held.adjourn_listeners === 0 &&
  held.shown === 0 &&
  held.adjourn_pending_operations === replies &&
  held.adjourn_held_sessions <= replies;

const noTimerLeft = (timers: LiveTimers, expected: number): Promise<void> =>
  until(() => timers.count() <= expected).catch(() => {
    throw new Error(`${timers.count()} timers where ${expected} are expected:\n${timers.describe()}`);
  });

/** As many strangers as an address may hold are let in. */
const slotsAreFree = async (url: string): Promise<void> => {
  // One is the connection that the tests' own calls go over, before its key shows.
  const peers = Array.from({ length: connectionsPerAddress - 2 }, () => openRaw(url));
  try {
    for (const peer of peers) peer.write(request(url, "GET /api/agents"));
    await until(() => peers.every((peer) => peer.statuses().length > 0));
    const statuses = peers.map((peer) => peer.statuses()[0]);
    if (statuses.some((status) => status !== 401)) throw new Error(`slots are taken: ${statuses}`);
  } finally {
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  }
};
