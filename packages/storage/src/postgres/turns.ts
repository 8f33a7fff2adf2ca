/** A place in the line. */
export interface Turn {
  /** Resolves when it has come; never, where {@link leave} came first. */
  readonly come: Promise<void>;
  /** Gives it up, whether it has come or not; idempotent. */
  leave(): void;
}

/** Lets so many in at a time, the others in the order in which they came. */
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
