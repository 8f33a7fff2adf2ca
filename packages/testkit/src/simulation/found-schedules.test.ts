import { describe, expect, it } from "vitest";
import { runSchedule, type Schedule } from "./index.js";

const base = {
  storeLagMs: 0,
  storeSlow: 0,
  storeFails: 0,
  storeLoses: 0,
  busLoses: 0,
  busRepeats: 0,
  busSlow: 0,
};

/** Shrunk schedules that once broke a promise, each with its cause: a defect of the domain, or of the simulated ports. */
const found: readonly (readonly [string, Schedule])[] = [
  [
    "a piece of a reply that was buffered for subscribers that left, before a gap",
    {
      seed: 44115270,
      nodes: 2,
      faults: { ...base, storeLagMs: 40 },
      steps: [
        { after: 0, do: "create", node: 1, session: 1, pick: 695 },
        { after: 119, do: "listen", node: 1, session: 0, pick: 646 },
        { after: 0, do: "createAgain", node: 0, session: 1, pick: 497 },
        { after: 0, do: "send", node: 1, session: 1, pick: 377 },
        { after: 0, do: "send", node: 0, session: 0, pick: 923 },
        { after: 0, do: "send", node: 1, session: 0, pick: 727 },
        { after: 0, do: "listen", node: 1, session: 0, pick: 963 },
        { after: 0, do: "send", node: 1, session: 2, pick: 919 },
        { after: 100, do: "leave", node: 0, session: 1, pick: 616 },
        { after: 9, do: "send", node: 0, session: 0, pick: 263 },
        { after: 10, do: "send", node: 1, session: 0, pick: 998 },
        { after: 8, do: "resume", node: 1, session: 0, pick: 654 },
      ],
    },
  ],
  [
    "a send that looked up its key while its node was closed, and then began a reply",
    {
      seed: 71025312,
      nodes: 1,
      faults: base,
      steps: [
        { after: 0, do: "create", node: 0, session: 0, pick: 500 },
        { after: 20, do: "send", node: 0, session: 1, pick: 378 },
        { after: 0, do: "shutDown", node: 0, session: 1, pick: 770 },
        { after: 5_050, do: "shutDown", node: 0, session: 0, pick: 924 },
      ],
    },
  ],
  [
    "a write of a crashed process in its own database",
    {
      seed: 35103108,
      nodes: 1,
      faults: base,
      steps: [
        { after: 0, do: "create", node: 0, session: 0, pick: 847 },
        { after: 32, do: "listen", node: 0, session: 0, pick: 900 },
        { after: 0, do: "send", node: 0, session: 2, pick: 933 },
        { after: 0, do: "crash", node: 0, session: 0, pick: 947 },
        { after: 0, do: "start", node: 0, session: 0, pick: 576 },
        { after: 0, do: "listen", node: 0, session: 0, pick: 987 },
      ],
    },
  ],
];

describe("a schedule that once broke a promise breaks none", () => {
  it.each(found)("%s", async (_, schedule) => {
    expect(await runSchedule(schedule)).toBeNull();
  });
});
