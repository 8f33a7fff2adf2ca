import { afterEach, beforeEach, describe } from "vitest";
import { describeActivity } from "./session-store/activity.js";
import { describeBlocks } from "./session-store/blocks.js";
import { describeCreating } from "./session-store/creating.js";
import { describeEnding } from "./session-store/ending.js";
import { describeErasing } from "./session-store/erasing.js";
import { describeFinding } from "./session-store/finding.js";
import { describeListing } from "./session-store/listing.js";
import { describeMessages } from "./session-store/messages.js";
import { describeOrdering } from "./session-store/ordering.js";
import { describePolicy } from "./session-store/policy.js";
import { describeIdempotentSends, describeReplies } from "./session-store/replies.js";
import { describeReplying } from "./session-store/replying.js";
import { describeSecret } from "./session-store/secret.js";
import { type OpenStore, Setting } from "./session-store/setup.js";
import { describeStatistics } from "./session-store/statistics.js";
import { describeTimeouts } from "./session-store/timeouts.js";

/** The tests that every session store passes. `open` gives each test an empty store of its own. */
export const describeSessionStore = (name: string, open: () => Promise<OpenStore>): void => {
  describe(name, () => {
    let opened: OpenStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const setting = (): Setting => new Setting(opened);

    describe("creating", () => describeCreating(setting));
    describe("activity", () => describeActivity(setting));
    describe("timeouts and warnings", () => {
      describeTimeouts(setting);
      describePolicy(setting);
    });
    describe("ending", () => describeEnding(setting));
    describe("blocks", () => describeBlocks(setting));
    describe("listing", () => describeListing(setting));
    describe("replying and named sessions", () => describeReplying(setting));
    describe("statistics", () => describeStatistics(setting));
    describe("finding", () => describeFinding(setting));
    describe("orders and last messages", () => describeOrdering(setting));
    describe("messages", () => describeMessages(setting));
    describe("replies", () => describeReplies(setting));
    describe("idempotent sends", () => describeIdempotentSends(setting));
    describe("the secret", () => describeSecret(setting));
    describe("erasing and retention", () => describeErasing(setting));
  });
};
