import type { BusMessage, EventBus } from "@adjourn/sessions";
import type { Random } from "../random.js";
import type { Owner, Scheduler } from "../scheduler.js";

/** Probabilities, for each delivery. */
export interface BusFaults {
  readonly loses: number;
  readonly repeats: number;
  /** Takes up to 3 s, so that a message may overtake an earlier one. */
  readonly slow: number;
  /** Everything arrives in the same millisecond. */
  readonly inProcess: boolean;
}

interface Subscription {
  readonly subject: string;
  readonly onMessage: (message: BusMessage) => void;
  readonly confirm: () => void;
  isRegistered: boolean;
}

interface Line {
  readonly owner: Owner;
  readonly random: Random;
  readonly subscriptions: Set<Subscription>;
  readonly gapListeners: (() => void)[];
  isCut: boolean;
}

export interface SimulatedEventBus extends EventBus {
  readonly subscriptions: number;
  cut(): void;
  heal(): void;
}

/** The bus between the processes. It delivers late, twice, out of order or not at all. */
export class SimulatedBus {
  isHealthy = false;
  private readonly lines: Line[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly faults: BusFaults,
  ) {}

  connect(owner: Owner, name: string): SimulatedEventBus {
    const random = this.random.of(`bus ${name}`);
    const line: Line = { owner, random, subscriptions: new Set(), gapListeners: [], isCut: false };
    this.lines.push(line);
    return {
      publish: (subject, message) => this.publish(line, subject, message),
      subscribe: (subject, onMessage) => {
        let confirm = () => {};
        const ready = new Promise<void>((resolve) => {
          confirm = resolve;
        });
        const subscription: Subscription = { subject, onMessage, confirm, isRegistered: false };
        line.subscriptions.add(subscription);
        this.register(line, subscription);
        return { ready, close: () => void line.subscriptions.delete(subscription) };
      },
      onGap: (listener) => void line.gapListeners.push(listener),
      get status() {
        return line.isCut ? "down" : "ok";
      },
      close: async () => line.subscriptions.clear(),
      get subscriptions() {
        return line.subscriptions.size;
      },
      cut: () => {
        line.isCut = true;
        for (const subscription of line.subscriptions) subscription.isRegistered = false;
      },
      heal: () => {
        if (!line.isCut) return;
        line.isCut = false;
        for (const subscription of line.subscriptions) this.register(line, subscription);
        const afterAll = this.faults.inProcess ? 0 : 10;
        const reportGap = () => {
          if (!line.isCut) for (const listener of line.gapListeners) listener();
        };
        this.scheduler.schedule(afterAll, reportGap, owner);
      },
    };
  }

  private register(line: Line, subscription: Subscription): void {
    const delayMs = () => (this.faults.inProcess ? 0 : line.random.below(5));
    const arrive = () => {
      if (line.isCut || !line.subscriptions.has(subscription)) return;
      subscription.isRegistered = true;
      this.scheduler.schedule(delayMs(), subscription.confirm, line.owner);
    };
    this.scheduler.schedule(delayMs(), arrive, line.owner);
  }

  private publish(from: Line, subject: string, message: BusMessage): void {
    if (from.isCut) return;
    const text = JSON.stringify(message);
    for (const to of this.lines)
      if (to.owner.isAlive && !to.isCut)
        for (const subscription of to.subscriptions)
          if (subscription.isRegistered && subscription.subject === subject)
            this.send(to, subscription, text);
  }

  private send(to: Line, subscription: Subscription, text: string): void {
    const { random } = to;
    const faults = this.isHealthy ? null : this.faults;
    const copies = faults?.inProcess ? 1 : random.chance(faults?.repeats ?? 0) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (random.chance(faults?.loses ?? 0)) continue;
      const isSlow = random.chance(faults?.slow ?? 0);
      const delayMs = this.faults.inProcess ? 0 : isSlow ? random.below(3_000) : random.below(8);
      const deliver = () => {
        if (!to.isCut && subscription.isRegistered && to.subscriptions.has(subscription))
          subscription.onMessage(JSON.parse(text) as BusMessage);
      };
      this.scheduler.schedule(delayMs, deliver, to.owner);
    }
  }
}
