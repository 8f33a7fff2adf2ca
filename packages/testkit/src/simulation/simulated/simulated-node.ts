import type { Log, Ports, SessionService } from "@adjourn/sessions";
import { createSessionService, defaultTimeoutSettings } from "@adjourn/sessions";
import type { Random } from "../random.js";
import type { Scheduler } from "../scheduler.js";
import { SimulatedAgents, type Turn } from "./simulated-agents.js";
import type { SimulatedBus, SimulatedEventBus } from "./simulated-bus.js";
import { SimulatedClock } from "./simulated-clock.js";
import type { SimulatedPresence } from "./simulated-presence.js";
import type { SimulatedReceiver } from "./simulated-receiver.js";
import type { SimulatedStore, StoreUser } from "./simulated-store.js";

const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** What all processes share. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly store: SimulatedStore;
  readonly bus: SimulatedBus;
  readonly presence: SimulatedPresence;
  readonly receiver: SimulatedReceiver | null;
  readonly turns: Turn[];
  readonly reconcileEveryMs: number | null;
  /** Replaces ports of the domain for a mutant. */
  readonly mutatePorts: (ports: Ports, scheduler: Scheduler) => Ports;
}

/** One process, from its start to its end: the real domain on simulated ports. */
export class SimulatedNode implements StoreUser {
  isAlive = true;
  isDraining = false;
  troubledAt = Number.NEGATIVE_INFINITY;
  failedAt = Number.NEGATIVE_INFINITY;
  /** Simulated ms. */
  readonly startedAt: number;
  readonly clock: SimulatedClock;
  readonly bus: SimulatedEventBus;
  readonly sessions: SessionService;

  constructor(
    readonly name: string,
    { scheduler, random, ...world }: Surroundings,
  ) {
    this.startedAt = scheduler.now;
    const own = random.of(`node ${name}`);
    this.clock = new SimulatedClock(scheduler, 0.99 + own.next() / 50, this);
    this.bus = world.bus.connect(this, name);
    const ports: Ports = {
      clock: this.clock,
      store: world.store.connect(this),
      bus: this.bus,
      presence: world.presence.connect(this, name),
      agents: new SimulatedAgents(scheduler, random.of(`agents ${name}`), this, world.turns),
      log: silentLog,
      newId: () => own.uuid(),
      ...(world.receiver ? { webhookSender: world.receiver.connect(this, name) } : {}),
    };
    this.sessions = createSessionService(world.mutatePorts(ports, scheduler), {
      timeouts: defaultTimeoutSettings,
      nodeId: name,
      reconcileEveryMs: world.reconcileEveryMs,
      indexEveryMs: null,
      retentionDays: null,
    });
  }
}
