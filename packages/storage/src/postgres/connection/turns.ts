/** A place in the queue. */
export interface Turn {
  /** Resolves when it is this caller's turn; never after {@link leave}. */
  readonly come: Promise<void>;
  /** Gives the turn up, whether it has come or not; idempotent. */
  leave(): void;
}

/** A semaphore: admits a number of callers at a time, first come, first served. */
export class Turns {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  take(): Turn {
    let begin = (): void => {};
    const come = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let isIn = false;
    let isOver = false;
    const enter = (): void => {
      isIn = true;
      begin();
    };
    if (this.free > 0) {
      this.free--;
      enter();
    } else this.waiting.add(enter);
    const leave = (): void => {
      if (isOver) return;
      isOver = true;
      if (isIn) this.passOn();
      else this.waiting.delete(enter);
    };
    return { come, leave };
  }

  private passOn(): void {
    const [next] = this.waiting;
    if (!next) {
      this.free++;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
