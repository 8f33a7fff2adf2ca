import type { AdminEvent, AdminSubscription } from "@adjourn/sessions";
import { type Model, Violation } from "../model.js";
import type { Scheduler } from "../scheduler.js";
import type { SimulatedNode } from "./simulated-node.js";

/** The largest difference between the clocks of the nodes and the store. */
const clockErrorMs = 50;

/** What an admin's events are checked against. */
interface Surroundings {
  readonly scheduler: Scheduler;
  readonly model: Model;
  /** When, in simulated ms, a session's end was recorded. */
  readonly endedAt: ReadonlyMap<string, number>;
  check(run: () => void): void;
}

/** An admin that watches the sessions of all nodes through one node, and checks each event against contract §4. */
export class SimulatedAdmin {
  private readonly watch: AdminSubscription;
  private readonly watchedAt: number;
  private readonly created = new Set<string>();
  private readonly ended = new Set<string>();
  private hasStarted = false;
  private hasEnded = false;

  constructor(
    private readonly world: Surroundings,
    private readonly node: SimulatedNode,
  ) {
    this.watchedAt = world.scheduler.now;
    this.watch = node.sessions.adminEvents();
    this.read().catch(() => {
      this.hasEnded = true;
    });
  }

  leave(): void {
    this.watch.leave();
  }

  /** It received every end since it subscribed. */
  checkEndsReceived(): void {
    if (this.hasEnded || !this.node.isAlive) return;
    if (!this.hasStarted) throw new Violation("§4", "an admin received no totals");
    for (const [sessionId, endedAt] of this.world.endedAt)
      if (endedAt > this.watchedAt + clockErrorMs && !this.ended.has(sessionId))
        throw new Violation("§4", "an admin did not receive an end");
  }

  private async read(): Promise<void> {
    for await (const event of this.watch.events) this.world.check(() => this.receive(event));
    this.hasEnded = true;
  }

  private receive(event: AdminEvent): void {
    if (!this.hasStarted && event.type !== "totals") throw new Violation("§4", `${event.type} before totals`);
    this.hasStarted = true;
    if (event.type === "totals") return;
    const { sessionId } = event.type === "session.ended" ? event.ending : event.session;
    if (this.ended.has(sessionId)) throw new Violation("§4", `admins: ${event.type} after session.ended`);
    if (event.type === "session.created") {
      if (this.created.has(sessionId)) throw new Violation("§4", "admins: session.created twice");
      this.created.add(sessionId);
    }
    if (event.type === "session.ended") {
      if (!this.world.model.sessions.get(sessionId)?.ending)
        throw new Violation("E10", "admins received the end of a session that lives");
      this.ended.add(sessionId);
    }
  }
}
