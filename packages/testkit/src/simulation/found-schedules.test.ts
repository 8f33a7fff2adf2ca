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
  [
    "a cancelled reply that a retry gives up after a jump of the store's clock",
    {
      seed: 95110537,
      nodes: 3,
      faults: {
        storeLagMs: 0,
        storeSlow: 0,
        storeFails: 0,
        storeLoses: 0,
        busLoses: 0.2648160849697888,
        busRepeats: 0,
        busSlow: 0,
      },
      steps: [
        { after: 0, do: "create", node: 1, session: 0, pick: 548 },
        { after: 464, do: "create", node: 0, session: 0, pick: 867 },
        { after: 0, do: "send", node: 2, session: 1, pick: 144 },
        { after: 11, do: "send", node: 2, session: 0, pick: 932 },
        { after: 0, do: "cancel", node: 1, session: 0, pick: 861 },
        { after: 12, do: "listen", node: 2, session: 0, pick: 711 },
        { after: 0, do: "passTime", node: 1, session: 0, pick: 446 },
      ],
    },
  ],
  [
    "a retry during a first write whose answer is lost",
    {
      seed: 40310555,
      nodes: 2,
      faults: {
        storeLagMs: 0,
        storeSlow: 0.024045423385687173,
        storeFails: 0,
        storeLoses: 0.03921866551972925,
        busLoses: 0,
        busRepeats: 0,
        busSlow: 0,
      },
      steps: [
        { after: 0, do: "create", node: 0, session: 0, pick: 182 },
        { after: 20, do: "crash", node: 0, session: 0, pick: 564 },
        { after: 0, do: "send", node: 0, session: 0, pick: 840 },
        { after: 3, do: "cut", node: 0, session: 0, pick: 981 },
        { after: 0, do: "retrySend", node: 1, session: 0, pick: 29 },
        { after: 104, do: "send", node: 0, session: 0, pick: 898 },
      ],
    },
  ],
  [
    "a cancellation under way on a node that is closed",
    {
      seed: 15131839,
      nodes: 2,
      faults: {
        storeLagMs: 0,
        storeSlow: 0.028564425744116304,
        storeFails: 0,
        storeLoses: 0,
        busLoses: 0,
        busRepeats: 0,
        busSlow: 0.21396179397124795,
      },
      steps: [
        { after: 0, do: "create", node: 0, session: 0, pick: 524 },
        { after: 20, do: "send", node: 1, session: 1, pick: 266 },
        { after: 9, do: "leave", node: 0, session: 1, pick: 499 },
        { after: 0, do: "cancel", node: 0, session: 1, pick: 546 },
        { after: 0, do: "shutDown", node: 0, session: 0, pick: 878 },
        { after: 8, do: "send", node: 0, session: 0, pick: 100 },
        { after: 10, do: "crash", node: 1, session: 1, pick: 216 },
        { after: 2115, do: "send", node: 1, session: 0, pick: 372 },
        { after: 9, do: "end", node: 0, session: 1, pick: 359 },
        { after: 1584, do: "heal", node: 1, session: 1, pick: 932 },
        { after: 1113, do: "send", node: 0, session: 1, pick: 99 },
        { after: 50, do: "outage", node: 1, session: 0, pick: 424 },
        { after: 111, do: "end", node: 0, session: 1, pick: 64 },
      ],
    },
  ],
  [
    "a cancellation waits for the node that runs the reply, though its own node's clock is set forward",
    {
      seed: 16002642,
      nodes: 3,
      faults: {
        storeLagMs: 0,
        storeSlow: 0,
        storeFails: 0,
        storeLoses: 0,
        busLoses: 0,
        busRepeats: 0,
        busSlow: 0,
      },
      steps: [
        { after: 0, do: "create", node: 0, session: 1, pick: 860 },
        { after: 8, do: "send", node: 2, session: 0, pick: 791 },
        { after: 12, do: "cancel", node: 1, session: 0, pick: 161 },
        { after: 3, do: "setClock", node: 1, session: 0, pick: 802 },
      ],
    },
  ],
];

describe("a schedule that once broke a promise breaks none", () => {
  it.each(found)("%s", async (_, schedule) => {
    expect(await runSchedule(schedule)).toBeNull();
  });
});
