import { createFakeClock } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { openPage } from "./eliza-page.js";

const minute = 60_000;
const timeoutConfig = {
  timeoutMinutes: 10,
  maxDurationMinutes: 15,
  warningThresholdMinutes: 4,
  autoRenew: false,
};

/** A page in the room of a session whose time the test moves. */
const openRoom = async (transport: string) => {
  const clock = createFakeClock();
  const server = await startTestServer({ SOCKET_IO: "on" }, { clock });
  const wire = restWire(server.url);
  const { sessionId, channelId } = await createSession(wire, { timeoutConfig });
  const page = openPage(server.url, {}, { transports: [transport] });
  page.join(channelId);
  await page.hasReceived("room_joined");
  return {
    clock,
    wire,
    page,
    sessionId,
    ids: { sessionId, channelId, roomId: channelId },
    later: (minutes: number) => new Date(clock.now() + minutes * minute).toISOString(),
    [Symbol.asyncDispose]: async () => {
      page[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

describe.each(["polling", "websocket"])("a page on %s", (transport) => {
  it("is warned once before its session expires, and notified when it has", async () => {
    await using room = await openRoom(transport);
    const { clock, page, ids } = room;
    const expiredAt = room.later(10);
    await clock.advance(6 * minute + 1_000);
    expect(await page.hasReceived("sessionExpirationWarning")).toEqual({ ...ids, minutesRemaining: 4 });
    await clock.advance(4 * minute);
    const expired = await page.hasReceived("sessionExpired");
    expect(expired).toMatchObject(ids);
    expect(expired.expiredAt).toBe((await room.wire.call("getEnding", ids)).body.endedAt);
    expect(Date.parse(String(expired.expiredAt))).toBeGreaterThanOrEqual(Date.parse(expiredAt));
    expect(await page.hasReceived("sessionEnded")).toMatchObject({ ...ids, cause: "expired", reason: null });
    expect(await page.hasReceived("controlMessage")).toMatchObject({ action: "disable_input" });
    await until(() => page.disconnects.length === 1);
    expect(page.disconnects).toEqual(["io server disconnect"]);
    const last = page.order.filter((event) => /^session(Exp|End)|^control/.test(event));
    expect(last).toEqual(["sessionExpirationWarning", "sessionExpired", "sessionEnded", "controlMessage"]);
  });

  it("is notified of a renewal, and that the maximum duration ended its session", async () => {
    await using room = await openRoom(transport);
    const { clock, page, ids } = room;
    await clock.advance(4 * minute);
    const { body } = await room.wire.call("renewSession", ids);
    expect(await page.hasReceived("sessionRenewed")).toEqual({
      ...ids,
      expiresAt: room.later(10),
      renewalCount: 1,
    });
    expect(body).toMatchObject({ expiresAt: room.later(10), renewalCount: 1 });
    await clock.advance(2 * minute);
    await room.wire.call("renewSession", ids);
    expect(await page.hasReceived("sessionRenewed", 2)).toMatchObject({
      expiresAt: room.later(9),
      renewalCount: 2,
    });
    await clock.advance(10 * minute);
    expect(await page.hasReceived("sessionExpired")).toMatchObject(ids);
    expect(await page.hasReceived("sessionEnded")).toMatchObject({ ...ids, cause: "max_duration" });
  });

  it("gets no expiry where somebody ends its session", async () => {
    await using room = await openRoom(transport);
    await room.wire.call("endSession", room.ids);
    await room.page.hasReceived("controlMessage");
    expect(room.page.received("sessionExpired")).toEqual([]);
  });
});
