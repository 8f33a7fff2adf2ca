import { createHook } from "node:async_hooks";

/** Counts the timers that the server's own code has set and that are still to fire, those that are unref'd too. */
export interface LiveTimers extends Disposable {
  readonly count: () => number;
  /** Where they were set. */
  readonly describe: () => string;
}

const own = /\/(apps\/server|packages\/\w+)\/src\/(?!testing)/;

export const watchTimers = (): LiveTimers => {
  const live = new Map<number, string>();
  const hook = createHook({
    init: (id, type) => {
      if (type !== "Timeout") return;
      const stack = new Error().stack ?? "";
      if (own.test(stack)) live.set(id, stack);
    },
    destroy: (id) => void live.delete(id),
  }).enable();
  return {
    count: () => live.size,
    describe: () => [...live.values()].join("\n\n"),
    [Symbol.dispose]: () => void hook.disable(),
  };
};
