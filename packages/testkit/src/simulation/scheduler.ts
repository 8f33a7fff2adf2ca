import type { Timer } from "@adjourn/sessions";
import type { Random } from "./random.js";

/** The process that scheduled something. Nothing that a process scheduled runs after it has died. */
export interface Owner {
  isAlive: boolean;
}

interface Due {
  readonly at: number;
  /** The random order of what is due in the same millisecond. */
  readonly tieBreaker: number;
  readonly run: () => void;
  readonly owner: Owner | undefined;
  cancelled: boolean;
}

/** Decides what happens next. Time is in simulated ms, and stands still while something runs. */
export class Scheduler {
  now = 0;
  private readonly heap: Due[] = [];
  private readonly tieBreakers: Random;

  constructor(
    random: Random,
    /** Called after each thing that ran, once its promises have settled. True stops the run. */
    private readonly afterEach: () => boolean,
  ) {
    this.tieBreakers = random.of("lots");
  }

  schedule(delayMs: number, run: () => void, owner?: Owner): Timer {
    const due: Due = {
      at: this.now + Math.max(0, delayMs),
      tieBreaker: this.tieBreakers.next(),
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

  /** Lets `ms` pass. False if `afterEach` stopped the run. */
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

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.tieBreaker < b.tieBreaker);

/** Resolves when no promise can continue: the event loop runs all microtasks before the next immediate. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
