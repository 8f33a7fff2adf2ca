/** The only source of time and waiting, so that a test and the simulation control both. */
export interface Clock {
  /** Milliseconds since the epoch. Never goes backwards. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): Timer;
}

export interface Timer {
  cancel(): void;
}
