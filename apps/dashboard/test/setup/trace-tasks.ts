import type { Page } from "playwright-core";
import { z } from "zod";

const eventSchema = z.object({
  name: z.string(),
  ph: z.string(),
  pid: z.number(),
  tid: z.number(),
  /** Microseconds: wall time, and time on a processor. */
  dur: z.number().default(0),
  tdur: z.number().default(0),
  args: z.object({ name: z.string().optional() }).default({}),
});

/** How long one task held the page's main thread, ms. */
export interface Task {
  readonly wall: number;
  /** Without the time that other processes had the processor. */
  readonly cpu: number;
}

/** Records the tasks of the page's main thread. Returns the function that stops and gives them. */
export const traceTasks = async (page: Page): Promise<() => Promise<readonly Task[]>> => {
  const debuggee = await page.context().newCDPSession(page);
  const events: z.infer<typeof eventSchema>[] = [];
  debuggee.on("Tracing.dataCollected", ({ value }) => events.push(...z.array(eventSchema).parse(value)));
  await debuggee.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "__metadata"] },
  });
  return async () => {
    const complete = new Promise((resolve) => debuggee.once("Tracing.tracingComplete", resolve));
    await debuggee.send("Tracing.end");
    await complete;
    const main = new Set(
      events
        .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
        .map(({ pid, tid }) => `${pid} ${tid}`),
    );
    return events
      .filter(({ name, pid, tid }) => name === "ThreadControllerImpl::RunTask" && main.has(`${pid} ${tid}`))
      .map(({ dur, tdur }) => ({ wall: dur / 1_000, cpu: tdur / 1_000 }));
  };
};
