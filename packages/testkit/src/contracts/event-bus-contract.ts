import type { BusMessage, EventBus } from "@adjourn/sessions";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** Two nodes' ways to one bus; the same object where only one process may hold it. */
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

/** Keeps what was heard; `first(n)` resolves once there were n. */
class Hearing {
  readonly heard: BusMessage[] = [];
  private waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  readonly hear = (message: BusMessage): void => {
    this.heard.push(message);
    this.waiting = this.waiting.filter(({ count, resolve }) => this.heard.length < count || resolve());
  };

  async first(count: number): Promise<readonly BusMessage[]> {
    if (this.heard.length < count)
      await new Promise<void>((resolve) => this.waiting.push({ count, resolve }));
    return this.heard;
  }
}

/** What every event bus promises while nothing is wrong, as tests. `open` gives each test a bus without subscribers. */
export const describeEventBus = (name: string, open: () => Promise<OpenBus>): void => {
  describe(name, () => {
    let opened: OpenBus;
    let subject: string;
    beforeEach(async () => {
      opened = await open();
      subject = `subject-${crypto.randomUUID()}`;
    });
    afterEach(() => opened.close());

    /** Resolves once all that `bus` was given before has come through, as far as this node can hear. */
    const flushed = async (bus: EventBus): Promise<void> => {
      const probe = new Hearing();
      const subscription = opened.other.subscribe(`flush-${subject}`, probe.hear);
      await subscription.ready;
      bus.publish(`flush-${subject}`, note(0));
      await probe.first(1);
      subscription.close();
    };

    test("what a node publishes once another is ready is heard there, whole and in order", async () => {
      const hearing = new Hearing();
      await opened.other.subscribe(subject, hearing.hear).ready;
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
      expect(await hearing.first(messages.length)).toEqual(messages);
    });

    test("publishing returns before anyone has heard", async () => {
      const hearing = new Hearing();
      await opened.bus.subscribe(subject, hearing.hear).ready;
      opened.bus.publish(subject, note(1));
      expect(hearing.heard).toEqual([]);
      await hearing.first(1);
    });

    test("all who listen hear, each once, the publishing node's own included", async () => {
      const hearings: Hearing[] = [];
      for (const bus of [opened.bus, opened.bus, opened.other]) {
        const hearing = new Hearing();
        hearings.push(hearing);
        await bus.subscribe(subject, hearing.hear).ready;
      }
      opened.bus.publish(subject, note(1));
      for (const hearing of hearings) await hearing.first(1);
      await flushed(opened.bus);
      for (const hearing of hearings) expect(hearing.heard).toEqual([note(1)]);
    });

    test("another subject is not heard", async () => {
      const hearing = new Hearing();
      await opened.other.subscribe(subject, hearing.hear).ready;
      opened.bus.publish(`${subject}-other`, note(1));
      opened.bus.publish(subject, note(2));
      expect(await hearing.first(1)).toEqual([note(2)]);
    });

    test("who has left hears nothing more, and leaving twice takes nobody else along", async () => {
      const [left, stayed] = [new Hearing(), new Hearing()];
      const leaving = opened.other.subscribe(subject, left.hear);
      const staying = opened.other.subscribe(subject, stayed.hear);
      await Promise.all([leaving.ready, staying.ready]);
      leaving.close();
      leaving.close();
      opened.bus.publish(subject, note(1));
      await stayed.first(1);
      expect(left.heard).toEqual([]);
    });

    test("who comes right after the last one left is heard all the same", async () => {
      for (let round = 0; round < 20; round += 1) {
        const gone = opened.other.subscribe(subject, () => {});
        if (round % 2 === 0) await gone.ready;
        gone.close();
        const hearing = new Hearing();
        const subscription = opened.other.subscribe(subject, hearing.hear);
        await subscription.ready;
        opened.bus.publish(subject, note(round));
        expect(await hearing.first(1)).toEqual([note(round)]);
        subscription.close();
      }
    });

    test("one who throws, or leaves while being told, keeps it from no other", async () => {
      const hearing = new Hearing();
      opened.other.subscribe(subject, () => {
        throw new Error("a defect");
      });
      const once = opened.other.subscribe(subject, () => once.close());
      await opened.other.subscribe(subject, hearing.hear).ready;
      opened.bus.publish(subject, note(1));
      opened.bus.publish(subject, note(2));
      expect(await hearing.first(2)).toEqual([note(1), note(2)]);
    });

    test("is well, and after closing neither throws nor tells", async () => {
      const hearing = new Hearing();
      await opened.bus.subscribe(subject, hearing.hear).ready;
      expect(opened.bus.status).toBe("ok");
      await opened.bus.close();
      opened.bus.publish(subject, note(1));
      await opened.bus.subscribe(subject, hearing.hear).ready;
      opened.bus.subscribe(subject, hearing.hear).close();
      await opened.bus.close();
      expect(hearing.heard).toEqual([]);
    });
  });
};
