import type { BusMessage, EventBus } from "@adjourn/sessions";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** Two nodes on one bus. They are the same object if only one process can use it. */
export interface OpenBus {
  readonly bus: EventBus;
  readonly other: EventBus;
  close(): Promise<void>;
}

const note = (index: number): BusMessage => ({
  origin: "node-1",
  kind: "changed",
  sessionId: `session-${index}`,
});

/** Collects messages. `first(n)` resolves once n have arrived. */
class Inbox {
  readonly messages: BusMessage[] = [];
  private waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  readonly receive = (message: BusMessage): void => {
    this.messages.push(message);
    this.waiting = this.waiting.filter(({ count, resolve }) => this.messages.length < count || resolve());
  };

  async first(count: number): Promise<readonly BusMessage[]> {
    if (this.messages.length < count)
      await new Promise<void>((resolve) => this.waiting.push({ count, resolve }));
    return this.messages;
  }
}

/** The tests that every event bus passes. `open` gives each test a bus without subscribers. */
export const describeEventBus = (name: string, open: () => Promise<OpenBus>): void => {
  describe(name, () => {
    let opened: OpenBus;
    let subject: string;
    beforeEach(async () => {
      opened = await open();
      subject = `subject-${crypto.randomUUID()}`;
    });
    afterEach(() => opened.close());

    /** Resolves once everything that was published on `bus` before has been delivered to the other node. */
    const flushed = async (bus: EventBus): Promise<void> => {
      const probe = new Inbox();
      const subscription = opened.other.subscribe(`flush-${subject}`, probe.receive);
      await subscription.ready;
      bus.publish(`flush-${subject}`, note(0));
      await probe.first(1);
      subscription.close();
    };

    test("a subscriber that is ready receives the messages of another node whole and in order", async () => {
      const inbox = new Inbox();
      await opened.other.subscribe(subject, inbox.receive).ready;
      const messages: BusMessage[] = [
        {
          origin: "node-1",
          kind: "event",
          nth: 1,
          at: "2026-01-01T00:00:00.000Z",
          body: {
            type: "message.delta",
            messageId: "m",
            inReplyTo: "u",
            index: 0,
            text: '“ä”\n\u2028 👋 "\\',
          },
        },
        ...Array.from({ length: 200 }, (_, index) => note(index)),
      ];
      for (const message of messages) opened.bus.publish(subject, message);
      expect(await inbox.first(messages.length)).toEqual(messages);
    });

    test("publish returns before any subscriber is called", async () => {
      const inbox = new Inbox();
      await opened.bus.subscribe(subject, inbox.receive).ready;
      opened.bus.publish(subject, note(1));
      expect(inbox.messages).toEqual([]);
      await inbox.first(1);
    });

    test("every subscriber receives a message once, also on the publishing node", async () => {
      const inboxes: Inbox[] = [];
      for (const bus of [opened.bus, opened.bus, opened.other]) {
        const inbox = new Inbox();
        inboxes.push(inbox);
        await bus.subscribe(subject, inbox.receive).ready;
      }
      opened.bus.publish(subject, note(1));
      for (const inbox of inboxes) await inbox.first(1);
      await flushed(opened.bus);
      for (const inbox of inboxes) expect(inbox.messages).toEqual([note(1)]);
    });

    test("a subscriber does not receive messages of another subject", async () => {
      const inbox = new Inbox();
      await opened.other.subscribe(subject, inbox.receive).ready;
      opened.bus.publish(`${subject}-other`, note(1));
      opened.bus.publish(subject, note(2));
      expect(await inbox.first(1)).toEqual([note(2)]);
    });

    test("a closed subscription receives nothing, and closing it twice closes no other", async () => {
      const [closed, open] = [new Inbox(), new Inbox()];
      const closing = opened.other.subscribe(subject, closed.receive);
      const keeping = opened.other.subscribe(subject, open.receive);
      await Promise.all([closing.ready, keeping.ready]);
      closing.close();
      closing.close();
      opened.bus.publish(subject, note(1));
      await open.first(1);
      expect(closed.messages).toEqual([]);
    });

    test("a subscription that follows the last closed one receives messages", async () => {
      for (let round = 0; round < 20; round += 1) {
        const gone = opened.other.subscribe(subject, () => {});
        if (round % 2 === 0) await gone.ready;
        gone.close();
        const inbox = new Inbox();
        const subscription = opened.other.subscribe(subject, inbox.receive);
        await subscription.ready;
        opened.bus.publish(subject, note(round));
        expect(await inbox.first(1)).toEqual([note(round)]);
        subscription.close();
      }
    });

    test("a subscriber that throws or closes during delivery does not affect the others", async () => {
      const inbox = new Inbox();
      opened.other.subscribe(subject, () => {
        throw new Error("a defect");
      });
      const once = opened.other.subscribe(subject, () => once.close());
      await opened.other.subscribe(subject, inbox.receive).ready;
      opened.bus.publish(subject, note(1));
      opened.bus.publish(subject, note(2));
      expect(await inbox.first(2)).toEqual([note(1), note(2)]);
    });

    test("the status is ok, and a closed bus neither throws nor delivers", async () => {
      const inbox = new Inbox();
      await opened.bus.subscribe(subject, inbox.receive).ready;
      expect(opened.bus.status).toBe("ok");
      await opened.bus.close();
      opened.bus.publish(subject, note(1));
      await opened.bus.subscribe(subject, inbox.receive).ready;
      opened.bus.subscribe(subject, inbox.receive).close();
      await opened.bus.close();
      expect(inbox.messages).toEqual([]);
    });
  });
};
