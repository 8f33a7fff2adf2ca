import type { AdminEvent, AdminSubscription } from "@adjourn/sessions";
import { type Model, Violation } from "../model.js";
import type { Scheduler } from "../scheduler.js";
import type { SimulatedNode } from "./simulated-node.js";

/** The clocks of nodes and store agree about that well. */
const clockErrorMs = 50;

/** What an admin is held against. */
interface Surroundings {
  readonly scheduler: Scheduler;
  readonly model: Model;
  /** When, in simulated ms, a session's end was recorded. */
  readonly endedAt: ReadonlyMap<string, number>;
  check(run: () => void): void;
}

/** One who watches the sessions of all nodes through one of them, and holds what is told against contract §4. */
export class SimulatedAdmin {
  private readonly watch: AdminSubscription;
  private readonly watchedAt: number;
  private readonly created = new Set<string>();
  private readonly ended = new Set<string>();
  private hasBegun = false;
  private isOver = false;

  constructor(
    private readonly world: Surroundings,
    private readonly node: SimulatedNode,
  ) {
    this.watchedAt = world.scheduler.now;
    this.watch = node.sessions.adminEvents();
    this.read().catch(() => {
      this.isOver = true;
    });
  }

  leave(): void {
    this.watch.leave();
  }

  /** Every end since it came was told. */
  checkTold(): void {
    if (this.isOver || !this.node.isAlive) return;
    if (!this.hasBegun) throw new Violation("§4", "an admin was told no totals");
    for (const [sessionId, endedAt] of this.world.endedAt)
      if (endedAt > this.watchedAt + clockErrorMs && !this.ended.has(sessionId))
        throw new Violation("§4", "an admin was not told of an end");
  }

  private async read(): Promise<void> {
    for await (const event of this.watch.events) this.world.check(() => this.hear(event));
    this.isOver = true;
  }

  private hear(event: AdminEvent): void {
    if (!this.hasBegun && event.type !== "totals") throw new Violation("§4", `${event.type} before totals`);
    this.hasBegun = true;
    if (event.type === "totals") return;
    const { sessionId } = event.type === "session.ended" ? event.ending : event.session;
    if (this.ended.has(sessionId)) throw new Violation("§4", `admins: ${event.type} after session.ended`);
    if (event.type === "session.created") {
      if (this.created.has(sessionId)) throw new Violation("§4", "admins: session.created twice");
      this.created.add(sessionId);
    }
    if (event.type === "session.ended") {
      if (!this.world.model.sessions.get(sessionId)?.ending)
        throw new Violation("E10", "admins were told of the end of a session that lives");
      this.ended.add(sessionId);
    }
  }
}
