import type { EndRequest, Ports, SessionStore } from "@adjourn/sessions";
import { createInMemorySessionStore } from "../in-memory/in-memory-session-store.js";
import { Model, Violation } from "./model.js";
import { Random } from "./random.js";
import type { Schedule } from "./schedule.js";
import { Scheduler } from "./scheduler.js";
import { SimulatedAdmin } from "./simulated/simulated-admin.js";
import type { Turn } from "./simulated/simulated-agents.js";
import { SimulatedBus } from "./simulated/simulated-bus.js";
import { SimulatedClock } from "./simulated/simulated-clock.js";
import { SimulatedNode, type Surroundings } from "./simulated/simulated-node.js";
import { SimulatedPresence } from "./simulated/simulated-presence.js";
import { receiverWatches, SimulatedReceiver } from "./simulated/simulated-receiver.js";
import { type Commits, SimulatedStore } from "./simulated/simulated-store.js";
import type { Client, SimulatedSubscriber } from "./simulated/simulated-subscriber.js";

/** Breaks one mechanism: replaces the store, a process's ports, or a method of the domain. */
export interface Mutation {
  readonly store?: (inner: SessionStore, scheduler: Scheduler) => SessionStore;
  readonly ports?: (ports: Ports, scheduler: Scheduler) => Ports;
  readonly reconcileEveryMs?: null;
  /** Patches the domain. The returned function restores it. */
  readonly patch?: () => () => void;
}

/** A call that has not been answered. */
export interface Call {
  readonly what: string;
  readonly node: SimulatedNode;
  readonly sessionId: string | null;
  /** Simulated ms. */
  readonly askedAt: number;
}

/** The state of one run: nodes, store, bus, clients and the model. */
export class World {
  violation: Violation | null = null;
  readonly random: Random;
  readonly scheduler: Scheduler;
  /** The store's clock, which decides when a session expires. */
  readonly clock: SimulatedClock;
  readonly model: Model;
  /** The tables themselves, to read without delay. */
  readonly tables: SessionStore;
  readonly store: SimulatedStore;
  readonly bus: SimulatedBus;
  readonly presence: SimulatedPresence;
  /** Few schedules have webhooks, because their deliveries take long to settle. */
  readonly receiver: SimulatedReceiver | null;
  readonly nodes: SimulatedNode[] = [];
  readonly turns: Turn[] = [];
  readonly clients: Client[] = [];
  readonly connections: SimulatedSubscriber[] = [];
  readonly admins: SimulatedAdmin[] = [];
  readonly calls = new Set<Call>();
  /** The call that ended a session, by the session's id. */
  readonly winners = new Map<string, EndRequest>();
  /** When, in simulated ms, a session's end was recorded. */
  readonly endedAt = new Map<string, number>();
  /** Sends that were answered SESSION_ENDED, by session. */
  readonly cutOff = new Map<string, number>();
  /** How often the reply to a message was cancelled, by the id of that message. */
  readonly cancels = new Map<string, number>();
  /** Ids of the replies whose cancellation was answered with 200. */
  readonly cancelled = new Set<string>();
  readonly eventIds = new Map<string, string>();
  private readonly surroundings: Surroundings;
  private starts = 0;

  constructor(
    readonly schedule: Schedule,
    mutation: Mutation,
    afterEach: (world: World) => void,
    private readonly trace: string[] | null,
  ) {
    this.random = new Random(schedule.seed);
    this.scheduler = new Scheduler(this.random, () => {
      afterEach(this);
      return this.violation !== null;
    });
    this.clock = new SimulatedClock(this.scheduler, 1);
    this.model = new Model(() => this.clock.now());
    const { faults, nodes } = schedule;
    const inOrder = nodes === 1;
    const hasWebhooks = schedule.seed % 17 === 16;
    const webhooks = hasWebhooks ? receiverWatches : [];
    const tables = createInMemorySessionStore({ clock: this.clock, webhooks });
    this.tables = mutation.store?.(tables, this.scheduler) ?? tables;
    this.store = new SimulatedStore(
      this.scheduler,
      this.random,
      this.tables,
      {
        lagMs: faults.storeLagMs,
        slow: faults.storeSlow,
        fails: faults.storeFails,
        loses: faults.storeLoses,
        inOrder,
      },
      this.commits(),
    );
    const busFaults = { loses: faults.busLoses, repeats: faults.busRepeats, slow: faults.busSlow };
    this.bus = new SimulatedBus(this.scheduler, this.random, { ...busFaults, inProcess: inOrder });
    this.presence = new SimulatedPresence(this.scheduler, this.random);
    const { scheduler, random, model, store, bus, presence, turns } = this;
    const check = this.check.bind(this);
    this.receiver = hasWebhooks ? new SimulatedReceiver(scheduler, random, model, check) : null;
    const { receiver } = this;
    const reconcileEveryMs = inOrder || mutation.reconcileEveryMs === null ? null : 2_000;
    const mutatePorts = mutation.ports ?? ((ports: Ports) => ports);
    const ports = { store, bus, presence, receiver };
    this.surroundings = { scheduler, random, ...ports, turns, reconcileEveryMs, mutatePorts };
    for (let index = 0; index < nodes; index += 1) this.start(index);
  }

  /** Starts a new process at this index. */
  start(index: number): void {
    this.starts += 1;
    const node = new SimulatedNode(`n${index}-${this.starts}`, this.surroundings);
    this.nodes[index] = node;
    // An admin costs more than the rest of a schedule, so few schedules have one.
    if (this.schedule.seed % 13 === 12) this.admins.push(new SimulatedAdmin(this, node));
  }

  /** Ends the process and its connections at once. */
  crash(node: SimulatedNode): void {
    node.isAlive = false;
    for (const connection of this.connections)
      if (connection.node === node && !connection.closed) connection.close("crashed");
    for (const call of this.calls) if (call.node === node) this.calls.delete(call);
  }

  violated(violation: Violation): void {
    this.violation ??= violation;
  }

  /** Runs a check, and keeps the violation that it throws. */
  check(run: () => void): void {
    try {
      run();
    } catch (cause) {
      if (!(cause instanceof Violation)) throw cause;
      this.violated(cause);
    }
  }

  note(text: () => string): void {
    this.trace?.push(`${this.scheduler.now.toFixed(0).padStart(6)} ${text()}`);
  }

  private commits(): Commits {
    const { model } = this;
    const change = (session: Parameters<Model["changed"]>[0], by: string) => {
      this.note(() => `commit ${by} ${session.sessionId.slice(0, 4)}`);
      this.check(() => model.changed(session, by));
    };
    const ended = (ending: Parameters<Model["ended"]>[0]) => {
      this.note(() => `commit end ${ending.sessionId.slice(0, 4)} ${ending.cause} at seq ${ending.lastSeq}`);
      this.endedAt.set(ending.sessionId, this.scheduler.now);
      this.check(() => model.ended(ending));
    };
    return {
      createSession: (result, draft) => {
        if (result.outcome === "user_blocked") this.check(() => model.refusedForBlock(draft.userId));
        if (result.outcome !== "created") return;
        this.note(() => `commit create ${result.session.sessionId.slice(0, 4)}`);
        this.check(() => model.created(result.session));
      },
      appendMessage: (result) => {
        if (result.outcome !== "stored") return;
        const { message, session } = result;
        this.note(() => `commit message ${session.sessionId.slice(0, 4)} ${message.seq} ${message.content}`);
        this.check(() => model.stored(message, session));
      },
      appendReply: (result) => {
        if (result.outcome !== "stored") return;
        const { message, session } = result;
        this.note(
          () =>
            `commit reply ${session.sessionId.slice(0, 4)} ${message.seq} ${message.finishReason}: ${message.content}`,
        );
        this.check(() => model.stored(message, session));
        this.check(() => model.replied(message));
      },
      cancelReply: (result) => {
        if (result.outcome === "cancelled") model.cancels.set(result.reply.messageId, result.reply.cancelled);
      },
      renewSession: (result) => result.outcome === "renewed" && change(result.session, "a renewal"),
      recordHeartbeat: (result) => result.outcome === "recorded" && change(result.session, "a heartbeat"),
      updateTimeout: (result) => result.outcome === "updated" && change(result.session, "a timeout"),
      claimWarnings: (sessions) => {
        for (const session of sessions) change(session, "a warning");
      },
      endSession: (result, request) => {
        if (result.outcome !== "ended") return;
        this.winners.set(request.sessionId, request);
        ended(result.ending);
      },
      endMatching: (endings) => endings.forEach(ended),
      blockUser: ({ block, endings }) => {
        endings.forEach(ended);
        this.note(() => `commit block ${block.userId.slice(-2)} until ${block.until}`);
        this.check(() => model.blocked(block, endings));
      },
      unblockUser: (hasFound, userId) => this.check(() => model.unblocked(userId, hasFound)),
      deleteEndedBlocks: () => model.endedBlocksDeleted(),
      expireSessions: (endings) => endings.forEach(ended),
    };
  }
}
