import type { Timer } from "@adjourn/sessions";
import type { Random } from "./random.js";

/** Whose doing something is: what a process set off does not happen once it has died. */
export interface Owner {
  isAlive: boolean;
}

interface Due {
  readonly at: number;
  /** Settles what is due in the same millisecond: chance decides, not the order of the calls. */
  readonly lot: number;
  readonly run: () => void;
  readonly owner: Owner | undefined;
  cancelled: boolean;
}

/** The one source of what happens next. Time is simulated milliseconds, and stands still while something happens. */
export class Scheduler {
  now = 0;
  private readonly heap: Due[] = [];
  private readonly lots: Random;

  constructor(
    random: Random,
    /** Called after everything that happened, once all that it set off at once is done; true stops the run. */
    private readonly afterEach: () => boolean,
  ) {
    this.lots = random.of("lots");
  }

  schedule(delayMs: number, run: () => void, owner?: Owner): Timer {
    const due: Due = {
      at: this.now + Math.max(0, delayMs),
      lot: this.lots.next(),
      run,
      owner,
      cancelled: false,
    };
    this.push(due);
    return {
      cancel: () => {
        due.cancelled = true;
      },
    };
  }

  /** Lets `ms` pass. False where `afterEach` stopped it. */
  async advance(ms: number): Promise<boolean> {
    const until = this.now + ms;
    for (;;) {
      const first = this.heap[0];
      if (!first || first.at > until) break;
      this.pop();
      if (first.cancelled || first.owner?.isAlive === false) continue;
      this.now = first.at;
      first.run();
      await settle();
      if (this.afterEach()) return false;
    }
    this.now = until;
    return true;
  }

  private push(due: Due): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || !isBefore(due, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = due;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const child = right && left && isBefore(right, left) ? right : left;
      if (!child || !isBefore(child, last)) break;
      heap[at] = child;
      at = child === right ? 2 * at + 2 : 2 * at + 1;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.lot < b.lot);

/** Every promise that can go on has gone on by the time this resolves: the event loop runs them all before its turn. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
