import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startTestServer } from "../setup/test-server.js";
import { createSession, wires } from "../setup/wires.js";

describe.each(wires)("blocking a user over $wire", ({ open }) => {
  it("ends their sessions, refuses new ones, and is undone by an unblock (E13)", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const userId = randomUUID();
    const { sessionId, channelId } = await createSession(wire, { userId });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const blocked = await wire.call("blockUser", { userId, until, reason: "spam" });
    const block = { userId, until, reason: "spam", blockedAt: expect.any(String), actor: null };
    expect(blocked).toEqual({ status: 200, body: { ...block, ended: 1 } });
    expect(await wire.call("getEnding", { sessionId })).toMatchObject({
      body: { cause: "blocked", reason: "spam", endedBy: "anonymous" },
    });
    expect((await wire.call("listBlocks", {})).body).toEqual({ blocks: [block] });
    const create = { agentId: "00000000-0000-4000-8000-000000000001", userId: userId.toUpperCase() };
    for (const input of [create, { ...create, userId, channelId }])
      expect(await wire.call("createSession", input)).toMatchObject({
        status: 403,
        code: "USER_BLOCKED",
        details: { userId, until },
      });
    expect(await wire.call("unblockUser", { userId: userId.toUpperCase() })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    expect(await wire.call("unblockUser", { userId })).toMatchObject({
      status: 404,
      code: "BLOCK_NOT_FOUND",
    });
    await createSession(wire, { userId, channelId });
  });

  it("holds for good without a time, and refuses a time that has passed or is none", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const userId = randomUUID();
    // The last one is a time of the year 10000 in UTC, which no answer could show.
    for (const until of ["2020-01-01T00:00:00.000Z", "tomorrow", 5, "9999-12-31T23:59:59.999-10:00"])
      expect(await wire.call("blockUser", { userId, until })).toMatchObject({
        status: 400,
        code: "VALIDATION_ERROR",
      });
    expect((await wire.call("listBlocks", {})).body).toEqual({ blocks: [] });
    expect((await wire.call("blockUser", { userId })).body).toMatchObject({
      until: null,
      reason: null,
      ended: 0,
    });
  });

  it("gives a create that is repeated with its key its first answer", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const userId = randomUUID();
    const input = { userId, idempotencyKey: "create-1" };
    const { sessionId } = await createSession(wire, input);
    await wire.call("blockUser", { userId });
    expect(await createSession(wire, input)).toMatchObject({ sessionId });
  });
});
