import { afterEach, beforeEach, describe } from "vitest";
import { describeActivity } from "./session-store-contract-activity.js";
import { describeCreating } from "./session-store-contract-creating.js";
import { describeEnding } from "./session-store-contract-ending.js";
import { describeErasing } from "./session-store-contract-erasing.js";
import { describeFinding } from "./session-store-contract-finding.js";
import { describeListing } from "./session-store-contract-listing.js";
import { describeMessages } from "./session-store-contract-messages.js";
import { describeOrdering } from "./session-store-contract-ordering.js";
import { describePolicy } from "./session-store-contract-policy.js";
import { describeIdempotentSends, describeReplies } from "./session-store-contract-replies.js";
import { describeSecret } from "./session-store-contract-secret.js";
import { type OpenStore, Setting } from "./session-store-contract-setting.js";
import { describeTimeouts } from "./session-store-contract-timeouts.js";

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
    describe("listing", () => describeListing(setting));
    describe("finding", () => describeFinding(setting));
    describe("orders and last messages", () => describeOrdering(setting));
    describe("messages", () => describeMessages(setting));
    describe("replies", () => describeReplies(setting));
    describe("idempotent sends", () => describeIdempotentSends(setting));
    describe("the secret", () => describeSecret(setting));
    describe("erasing and retention", () => describeErasing(setting));
  });
};
