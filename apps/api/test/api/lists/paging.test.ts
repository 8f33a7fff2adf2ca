import { createFakeClock, propertyRuns } from "@adjourn/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databases } from "../../setup/databases.js";
import { startTestServer, type TestServer } from "../../setup/test-server.js";
import { createSession, restWire, type Wire } from "../../setup/wires.js";

type Shown = {
  readonly id: string;
  readonly content: string;
  readonly createdAt: string;
};
type Page = {
  readonly messages: Shown[];
  readonly hasMore: boolean;
  readonly cursors?: { readonly before: number; readonly after: number };
};
type Form = "id" | "ms" | "iso";

const boundOf = ({ id, createdAt }: Shown, form: Form) =>
  form === "id" ? id : form === "ms" ? Date.parse(createdAt) : createdAt;

const start = async (wire: Wire) => {
  const { sessionId, channelId } = await createSession(wire);
  const page = async (range: Record<string, unknown>, of = "getSessionMessages"): Promise<Page> => {
    const { status, body } = await wire.call(of, { sessionId, channelId, ...range });
    expect(status, JSON.stringify(body)).toBe(200);
    // A 200, as was just seen, has a page's shape: the fuzz test holds every answer to its schema.
    return body as Page;
  };
  const send = (content: string) => wire.call("sendSessionMessage", { sessionId, content });
  /** With their echoes, oldest first. */
  const fill = async (count: number): Promise<Shown[]> => {
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        wire.call("sendSessionMessage", { sessionId, content: `m${index}`, transport: "http" }),
      ),
    );
    return (await page({ limit: 100 })).messages.reverse();
  };
  return { sessionId, channelId, page, send, fill };
};
const idsOf = (messages: readonly Shown[]) => messages.map(({ id }) => id);

describe("messages of one millisecond", () => {
  let server: TestServer;
  beforeAll(async () => {
    // Its clock stands still, so that every message would have the same time.
    server = await startTestServer({}, { clock: createFakeClock() });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("have times that strictly increase, and any bounds in any form give exactly what lies between", async () => {
    const { page, fill } = await start(restWire(server.url));
    const all = await fill(30);
    const times = all.map(({ createdAt }) => Date.parse(createdAt));
    expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
    const place = fc.option(fc.nat(all.length - 1), { nil: undefined });
    const form = fc.constantFrom<Form>("id", "ms", "iso");
    await fc.assert(
      fc.asyncProperty(
        place,
        place,
        form,
        form,
        fc.integer({ min: 1, max: 70 }),
        async (before, after, a, b, limit) => {
          const range = {
            limit,
            ...(before === undefined ? {} : { before: boundOf(all[before] as Shown, a) }),
            ...(after === undefined ? {} : { after: boundOf(all[after] as Shown, b) }),
          };
          const { messages, hasMore, cursors } = await page(range);
          const between = all.slice(after === undefined ? 0 : after + 1, before ?? all.length);
          const isForward = after !== undefined && before === undefined;
          const expected = isForward ? between.slice(0, limit) : between.slice(-limit);
          expect(idsOf(messages)).toEqual(idsOf(expected.toReversed()));
          expect(hasMore).toBe(between.length > limit);
          const [oldest, newest] = [expected[0], expected.at(-1)];
          expect(cursors).toEqual(
            oldest && newest && { before: Date.parse(oldest.createdAt), after: Date.parse(newest.createdAt) },
          );
        },
      ),
      propertyRuns(150),
    );
  });
});

describe.each(databases)("paging on $name", ({ skip, start: open }) => {
  let server: TestServer;
  beforeAll(async () => {
    if (!skip) server = await open();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const follow = async (
    page: (range: Record<string, unknown>, of?: string) => Promise<Page>,
    direction: "before" | "after",
    first: Record<string, unknown>,
    of?: string,
  ) => {
    const seen: Shown[] = [];
    let range = first;
    for (;;) {
      const { messages, hasMore, cursors } = await page(range, of);
      if (direction === "before") seen.push(...messages);
      else seen.unshift(...messages);
      if (!hasMore || !cursors) return seen;
      range = { ...first, [direction]: cursors[direction] };
    }
  };

  it.skipIf(skip).each(["before", "after"] as const)(
    "following `%s` loses and repeats none while messages arrive",
    async (direction) => {
      const { page, fill, send } = await start(restWire(server.url));
      const there = await fill(20);
      let isDone = false;
      const arriving = (async () => {
        // Not for ever: on a busy machine pages of three might never catch up with them.
        for (let index = 0; index < 40 && !isDone; index += 1) await send(`new ${index}`);
      })();
      const first = direction === "before" ? { limit: 3 } : { limit: 3, after: there[0]?.id };
      const seen = await follow(page, direction, first);
      isDone = true;
      await arriving;
      expect(new Set(idsOf(seen)).size).toBe(seen.length);
      const all = (await follow(page, "before", { limit: 100 })).toReversed();
      const places = seen.toReversed().map(({ id }) => all.findIndex((one) => one.id === id));
      // One after the other without a gap, and all that was there when it began.
      expect(places).toEqual(places.map((_, index) => (places[0] ?? 0) + index));
      expect(idsOf(seen)).toEqual(expect.arrayContaining(idsOf(there.slice(direction === "before" ? 0 : 1))));
    },
  );

  it.skipIf(skip)("is the same on the channel, and stays so after the end", async () => {
    const wire = restWire(server.url);
    const { page, fill, sessionId } = await start(wire);
    const all = (await fill(10)).toReversed();
    expect(await follow(page, "before", { limit: 7 }, "getChannelMessages")).toEqual(all);
    await wire.call("endSession", { sessionId });
    expect(await follow(page, "before", { limit: 7 }, "getChannelMessages")).toEqual(all);
    const after = { limit: 7, after: all.at(-1)?.createdAt };
    expect(await follow(page, "after", after, "getChannelMessages")).toEqual(all.slice(0, -1));
  });

  it.skipIf(skip)(
    "an id that is no message of this channel is a 400, and so is what is no time",
    async () => {
      const wire = restWire(server.url);
      const { sessionId } = await start(wire);
      const other = await start(wire);
      const [foreign] = await other.fill(1);
      for (const bound of [
        foreign?.id,
        "none",
        "-1",
        "1.5",
        "2026-02-30",
        "2026-13-01T00:00:00Z",
        "9".repeat(17),
        "x".repeat(129),
      ])
        for (const name of ["before", "after"])
          expect(
            await wire.call("getSessionMessages", { sessionId, [name]: bound }),
            `${name}=${bound}`,
          ).toMatchObject({
            status: 400,
            code: "VALIDATION_ERROR",
            details: { issues: [{ path: name }] },
          });
    },
  );

  it.skipIf(skip)("times in any zone, and without one in UTC", async () => {
    const { page, fill } = await start(restWire(server.url));
    const [message] = await fill(1);
    const time = Date.parse(message?.createdAt ?? "");
    const local = new Date(time + 2 * 3_600_000).toISOString().replace("Z", "+02:00");
    for (const before of [local, local.replace("+02:00", "+0200")])
      expect((await page({ before })).messages).toEqual([]);
    for (const after of [local, message?.createdAt.replace("Z", "")])
      expect((await page({ after })).messages).toHaveLength(1);
    expect((await page({ before: message?.createdAt.replace("Z", "") })).messages).toEqual([]);
    expect(await page({ after: time + 60_000 })).toEqual({ messages: [], hasMore: false });
    expect((await page({ after: "1970-01-01", before: "2100-01-01" })).messages).toHaveLength(2);
  });
});
