import type { createCalls } from "./session-calls";

const tickMs = 20;

/** Creates sessions, sends messages and ends sessions, a third each, and resolves after `count` changes. */
export const changeSessions = async (
  calls: ReturnType<typeof createCalls>,
  live: string[],
  { count, perSecond }: { readonly count: number; readonly perSecond: number },
): Promise<void> => {
  const change = async (index: number): Promise<void> => {
    if (index % 3 === 0) live.push((await calls.create()).sessionId);
    // Of the newest, which the page shows.
    const shown = live[live.length - 1 - (index % 50)];
    if (index % 3 === 1 && shown) await calls.send(shown, `Message ${index}`);
    const oldest = index % 3 === 2 ? live.shift() : undefined;
    if (oldest) await calls.end(oldest);
  };
  const made: Promise<void>[] = [];
  await new Promise<void>((resolve) => {
    let due = 0;
    const timer = setInterval(() => {
      for (due += (perSecond * tickMs) / 1_000; due >= 1 && made.length < count; due -= 1)
        made.push(change(made.length));
      if (made.length < count) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
  await Promise.all(made);
};
