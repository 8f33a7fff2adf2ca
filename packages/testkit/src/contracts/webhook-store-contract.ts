import { afterEach, beforeEach, describe } from "vitest";
import type { OpenStore } from "./session-store/setup.js";
import { describeLeases } from "./webhook-store/leases.js";
import { describeLog } from "./webhook-store/log.js";
import { describeOutbox } from "./webhook-store/outbox.js";
import { WebhookSetting } from "./webhook-store/setup.js";

/** The tests that every store passes that was opened with {@link contractWatches}. */
export const describeWebhookStore = (name: string, open: () => Promise<OpenStore>): void => {
  describe(name, () => {
    let opened: OpenStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const setting = (): WebhookSetting => new WebhookSetting(opened);

    describe("the outbox", () => describeOutbox(setting));
    describe("leases", () => describeLeases(setting));
    describe("the log", () => describeLog(setting));
  });
};
