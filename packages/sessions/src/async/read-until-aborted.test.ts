import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { readUntilAborted } from "./read-until-aborted.js";

const collectGarbage = (): void => {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  gc();
};

describe("reading until a signal fires", () => {
  it("yields every item, and leaves no listener on the signal", async () => {
    const { signal, listeners } = createSignal();
    const source = async function* () {
      yield* [1, 2, 3];
    };
    const read: number[] = [];
    for await (const item of readUntilAborted(source(), signal)) read.push(item);
    expect(read).toEqual([1, 2, 3]);
    expect(listeners()).toBe(0);
  });

  it("throws the signal's reason at once although the source ignores it, and returns the source", async () => {
    const controller = new AbortController();
    let isReturned = false;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => {
          isReturned = true;
          throw new Error("not handled");
        },
      }),
    };
    const reading = readUntilAborted(source, controller.signal).next();
    controller.abort(new Error("aborted"));
    await expect(reading).rejects.toThrow("aborted");
    expect(isReturned).toBe(true);
  });

  it("reads nothing after the signal fired between two items", async () => {
    const controller = new AbortController();
    let asked = 0;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          asked += 1;
          return { done: false, value: asked };
        },
      }),
    };
    const reading = readUntilAborted(source, controller.signal);
    expect(await reading.next()).toEqual({ done: false, value: 1 });
    controller.abort(new Error("aborted"));
    await expect(reading.next()).rejects.toThrow("aborted");
    expect(asked).toBe(1);
  });

  it("keeps no item that was read, while it runs", async () => {
    const { signal } = new AbortController();
    const seen: WeakRef<object>[] = [];
    const source = async function* () {
      for (let nth = 0; nth < 1_000; nth += 1) yield { nth };
    };
    for await (const item of readUntilAborted(source(), signal)) {
      seen.push(new WeakRef(item));
      if (seen.length < 1_000) continue;
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
      // The last ones may still be on the stack.
      expect(seen.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(10);
    }
    expect(seen).toHaveLength(1_000);
  });
});

const createSignal = () => {
  const { signal } = new AbortController();
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count += 1;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count -= 1;
    removeEventListener.apply(signal, args);
  };
  return { signal, listeners: () => count };
};
