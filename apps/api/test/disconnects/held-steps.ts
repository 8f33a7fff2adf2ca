import type { PortName } from "@adjourn/server";

/** The awaits of the server's ports, which a test can list and hold one by one. */
export interface HeldSteps {
  /** Goes between the server and a port. */
  readonly around: <Port extends object>(name: PortName, port: Port) => Port;
  /** Forgets what was counted; what comes from now on is listed in order, such as `store.readSession 1`. */
  begin(): () => readonly string[];
  /** Holds the first such step from now on. */
  hold(step: string): { readonly reached: Promise<void>; release(): void };
}

/** What the server does by itself, on its own timers. A test that held one of them could wait a minute for the next. */
const background = new Set([
  "hasDue",
  "expireSessions",
  "claimWarnings",
  "countSessions",
  "readLastSeqs",
  "ping",
  "indexConversations",
  "deleteIdempotencyKeysBefore",
  "deleteRepliesBefore",
  "deleteEndedBlocks",
  "failOrphanedDeliveries",
  "deleteDeliveriesBefore",
]);

export const createHeldSteps = (): HeldSteps => {
  const counts = new Map<string, number>();
  let steps: string[] = [];
  let held: { readonly step: string; reach(): void; readonly released: Promise<void> } | null = null;

  const pass = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const step = `${name} ${count}`;
    steps.push(step);
    const own = held?.step === step ? held : null;
    if (own) {
      held = null;
      own.reach();
      await own.released;
    }
    return work;
  };

  const around = <Port extends object>(port: PortName, target: Port): Port =>
    new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function" || background.has(String(name))) return bound(value, target);
        return (...given: unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, target, given);
          if (result instanceof Promise) return pass(`${port}.${String(name)}`, result);
          if (isSubscription(result))
            return { ready: pass(`${port}.${String(name)}`, result.ready), close: () => result.close() };
          return result;
        };
      },
    });

  return {
    around,
    begin: () => {
      counts.clear();
      steps = [];
      return () => steps;
    },
    hold: (step) => {
      counts.clear();
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const reached = new Promise<void>((resolve) => {
        held = { step, reach: resolve, released };
      });
      return { reached, release };
    },
  };
};

const bound = (value: unknown, target: object): unknown =>
  typeof value === "function" ? (...given: unknown[]) => Reflect.apply(value, target, given) : value;

const isSubscription = (value: unknown): value is { ready: Promise<void>; close(): void } =>
  typeof value === "object" && value !== null && "ready" in value && value.ready instanceof Promise;
