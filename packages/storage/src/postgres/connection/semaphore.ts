/** A place among the admitted callers of a {@link Semaphore}, or in its queue. */
export interface Permit {
  /** Resolves when this caller is admitted; never after {@link release}. */
  readonly granted: Promise<void>;
  /** Gives the place up, whether it was granted or not; idempotent. */
  release(): void;
}

/** Admits a number of callers at a time, first come, first served. */
export class Semaphore {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  take(): Permit {
    let resolve = (): void => {};
    const granted = new Promise<void>((grant) => {
      resolve = grant;
    });
    let isGranted = false;
    let isReleased = false;
    const grant = (): void => {
      isGranted = true;
      resolve();
    };
    if (this.free > 0) {
      this.free--;
      grant();
    } else this.waiting.add(grant);
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      if (isGranted) this.passOn();
      else this.waiting.delete(grant);
    };
    return { granted, release };
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
