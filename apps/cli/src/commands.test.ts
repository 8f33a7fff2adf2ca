import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminKey, type CliServer, startCliServer, typewriter } from "../test/cli-server.js";

let server: CliServer;
beforeAll(async () => {
  server = await startCliServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const alice = "aaaaaaaa-0000-4000-8000-000000000001";
const bob = "bbbbbbbb-0000-4000-8000-000000000002";

/** What a command prints, once it has succeeded. */
const output = async (...args: readonly string[]): Promise<string> => {
  const { code, out, complaints } = server.adjourn(args);
  expect([await code, complaints]).toEqual([0, []]);
  return out.text;
};
const json = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse(await output(...args, "--json"));

describe("adjourn end with a filter", () => {
  test("says with --dry-run how many match and what the end would cut, and ends none; without it ends those alone", async () => {
    const sessions = [await server.createSession(alice), await server.createSession(alice)];
    const other = await server.createSession(bob);
    const dryRun = ["end", "--user", alice, "--dry-run"];
    expect(await output(...dryRun)).toBe("2 match, with 0 listeners and 0 replies; nothing ended\n");
    for (const { sessionId, trpc } of [...sessions, other])
      await trpc.sendSessionMessage.mutate({ sessionId, content: "a b", metadata: { delayMs: 600_000 } });
    const watches = [sessions[0], other].map((session) =>
      server.adjourn(["watch", session?.sessionId ?? ""]),
    );
    await Promise.all(watches.map(({ wrote }) => wrote("listening")));
    expect(await output(...dryRun)).toBe("2 match, with 1 listener and 2 replies; nothing ended\n");
    expect(await json(...dryRun)).toEqual({ ended: 0, matched: 2, listeners: 1, replies: 2 });
    expect(await json("list", "--user", alice)).toMatchObject({ total: 2 });
    expect(await output("end", "--user", alice, "--agent", typewriter, "--reason", "spam")).toBe("2 ended\n");
    for (const { sessionId, trpc } of sessions)
      expect(await trpc.getEnding.query({ sessionId })).toMatchObject({ cause: "bulk", reason: "spam" });
    expect(await json("list", "--user", bob)).toMatchObject({ sessions: [{ sessionId: other.sessionId }] });
    expect(await json("end", "--user", alice)).toEqual({ ended: 0, matched: 0 });
    await output("end", other.sessionId);
    expect(await Promise.all(watches.map(({ code }) => code))).toEqual([0, 0]);
  });
});

describe("adjourn end by age", () => {
  test("ends the sessions that are old or idle enough, and no others", async () => {
    const { sessionId, trpc } = await server.createSession(alice);
    for (const filter of [
      ["--older-than", "1m"],
      ["--idle-for", "2h"],
      ["--older-than", "1d", "--idle-for", "1m"],
    ]) {
      expect(await output("end", ...filter, "--dry-run")).toBe("0 match; nothing ended\n");
      expect(await json("end", "--user", alice, ...filter)).toEqual({ ended: 0, matched: 0 });
    }
    expect(await trpc.getSession.query({ sessionId })).toMatchObject({ sessionId });
    await output("end", sessionId);
  });

  test("ends and lists those with a reply in flight, and no others", async () => {
    const { sessionId, trpc } = await server.createSession(alice);
    const other = await server.createSession(alice);
    await trpc.sendSessionMessage.mutate({ sessionId, content: "a b", metadata: { delayMs: 600_000 } });
    const replying = ["--user", alice, "--activity", "replying"];
    expect(await json("list", ...replying)).toMatchObject({ total: 1, sessions: [{ sessionId }] });
    expect(await output("end", ...replying)).toBe("1 ended\n");
    expect(await json("list", "--user", alice, "--activity", "listened")).toMatchObject({ total: 0 });
    expect(await json("list", "--user", alice)).toMatchObject({ sessions: [{ sessionId: other.sessionId }] });
    await output("end", other.sessionId);
    const refused = server.adjourn(["list", "--activity", "asleep"]);
    expect(await refused.code).toBe(2);
    expect(refused.complaints).toEqual([expect.stringContaining("allowed: replying, listened")]);
  });

  test.each(["1", "0m", "1.5h", "-1h", "1w", "999999999d"])("refuses the duration %s", async (duration) => {
    const ending = server.adjourn(["end", "--idle-for", duration]);
    expect(await ending.code).toBe(2);
    expect(ending.complaints).toEqual([expect.stringContaining("as 30m, 2h or 7d")]);
  });
});

describe("adjourn block", () => {
  test("ends the user's sessions and refuses new ones until adjourn unblock", async () => {
    const { sessionId, trpc } = await server.createSession(alice);
    expect(await output("block", alice, "--reason", "spam")).toBe(
      `User ${alice} blocked for good; sessions ended: 1\n`,
    );
    expect(await trpc.getEnding.query({ sessionId })).toMatchObject({
      cause: "blocked",
      reason: "spam",
      actor: "ops",
    });
    await expect(server.createSession(alice)).rejects.toMatchObject({ code: "USER_BLOCKED" });
    expect(await output("blocks")).toMatch(new RegExp(`Z  ${alice}  for good +ops +spam\\n$`));
    expect(await output("unblock", alice)).toBe(`User ${alice} unblocked successfully\n`);
    expect(await output("blocks")).toBe("");
    const again = server.adjourn(["unblock", alice]);
    expect(await again.code).toBe(1);
    expect(again.complaints).toEqual([expect.stringMatching(/^BLOCK_NOT_FOUND: /)]);
    await output("end", (await server.createSession(alice)).sessionId);
  });

  test("holds until a time, or for a while", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect(await output("block", bob, "--until", until)).toContain(`User ${bob} blocked until ${until};`);
    const earliest = Date.now() + 7_200_000;
    await output("block", bob, "--for", "2h");
    const { blocks } = (await json("blocks")) as { blocks: { userId: string; until: string }[] };
    expect(blocks).toMatchObject([{ userId: bob }]);
    const held = Date.parse(blocks[0]?.until ?? "");
    expect(held).toBeGreaterThanOrEqual(earliest);
    expect(held).toBeLessThanOrEqual(Date.now() + 7_200_000);
    await output("unblock", bob);
  });

  test("refuses two ends, and one that has passed", async () => {
    const both = server.adjourn(["block", bob, "--until", "2030-01-01T00:00:00Z", "--for", "1h"]);
    expect(await both.code).toBe(2);
    const passed = server.adjourn(["block", bob, "--until", "2020-01-01T00:00:00Z"]);
    expect(await passed.code).toBe(1);
    expect(passed.complaints).toEqual([expect.stringMatching(/^VALIDATION_ERROR: /)]);
    expect(await json("blocks")).toEqual({ blocks: [] });
  });
});

describe("adjourn list and endings", () => {
  test("find what was said and in metadata, sort, and refuse an order that they do not know", async () => {
    const carol = crypto.randomUUID();
    const [first, second] = [await server.createSession(carol), await server.createSession(carol)];
    for (const [{ sessionId }, text] of [
      [first, "blue parcel"],
      [second, "red parcel"],
    ] as const)
      await output("send", sessionId, text);
    const found = async (...args: readonly string[]) => json("list", "--user", carol, ...args);
    await expect.poll(() => found("--q", "PARC"), { timeout: 10_000 }).toMatchObject({ total: 2 });
    expect(await found("--q", "parcel blue")).toMatchObject({ sessions: [{ sessionId: first.sessionId }] });
    expect(await found("--sort", "expiresAt", "--limit", "1")).toMatchObject({
      total: 2,
      sessions: [{ sessionId: first.sessionId }],
    });
    expect(await found("--from", "2999-01-01T00:00:00Z")).toMatchObject({ total: 0 });
    await output("end", first.sessionId);
    const ended = async (...args: readonly string[]) => json("endings", "--user", carol, ...args);
    expect(await ended("--q", "blue", "--actor", "ops")).toMatchObject({ endings: [first].map(idOf) });
    expect(await ended("--q", "red")).toEqual({ endings: [] });
    const { code, complaints } = server.adjourn(["list", "--sort", "age"]);
    expect([await code, complaints]).toEqual([2, [expect.stringContaining("createdAt, expiresAt")]]);
  });
});

const idOf = ({ sessionId }: { readonly sessionId: string }) => ({ sessionId });

describe("adjourn show", () => {
  test("of a live session has its facts and its messages", async () => {
    const { sessionId, channelId } = await server.createSession(alice);
    expect(await output("send", sessionId, "hello there")).toBe("hello there\n");
    const shown = await output("show", sessionId, "--messages");
    expect(shown).toContain(`session   ${sessionId}\n`);
    expect(shown).toContain("status    active\n");
    expect(shown).toContain(`channel   ${channelId}\n`);
    expect(shown).toMatch(/user: hello there\nagent: hello there\n$/);
    expect(await json("show", sessionId)).toMatchObject({ session: { sessionId }, ending: null });
  });

  test("of one that is over says how it ended, and still has the messages", async () => {
    const { sessionId } = await server.createSession(alice);
    await output("send", sessionId, "hello");
    await output("end", sessionId, "--reason", "enough");
    const shown = await output("show", sessionId, "--messages");
    expect(shown).toMatch(/cause +requested\nby +ops\nreason +enough\n/);
    expect(shown).toMatch(/user: hello\nagent: hello\n$/);
    expect(await json("show", sessionId)).toMatchObject({ session: null, ending: { reason: "enough" } });
  });

  test("of one that an assistant ended by a tool says so", async () => {
    const { sessionId } = await server.createSession(alice);
    const response = await fetch(`${server.url}/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "x-api-key": adminKey,
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "end_session", arguments: { sessionId } },
      }),
    });
    expect(response.status).toBe(200);
    expect(await output("show", sessionId)).toMatch(/by +ops via mcp\n/);
  });

  test("of one that never was fails", async () => {
    const shown = server.adjourn(["show", "never"]);
    expect(await shown.code).toBe(1);
    expect(shown.complaints).toEqual([expect.stringMatching(/^SESSION_NOT_FOUND/)]);
  });
});

test("adjourn export writes a channel or the endings, and leaves no part of a file", async () => {
  const { sessionId, channelId } = await server.createSession(bob);
  await output("send", sessionId, "hello");
  await output("end", sessionId, "--reason", "=done");
  const messages = JSON.parse(await output("export", channelId));
  expect(messages).toMatchObject([{ content: "hello" }, { content: "hello", isAgent: true }]);
  expect(await output("export", "--endings", "--format", "csv", "--user", bob)).toContain(
    "requested,'=done,",
  );
  const folder = mkdtempSync(join(tmpdir(), "adjourn-export-"));
  const file = join(folder, "channel.md");
  expect(await output("export", channelId, "--format", "markdown", "-o", file)).toBe(`Exported to ${file}\n`);
  expect(readFileSync(file, "utf8")).toContain("> hello\n");
  const again = server.adjourn(["export", channelId, "--output", file]);
  expect([await again.code, again.complaints]).toEqual([2, [expect.stringContaining("is there already")]]);
  const missing = join(folder, "missing.json");
  const refused = server.adjourn(["export", "never", "-o", missing]);
  expect([await refused.code, refused.complaints]).toEqual([
    1,
    [expect.stringMatching(/^CHANNEL_NOT_FOUND: Channel not found/)],
  ]);
  expect(existsSync(missing)).toBe(false);
  rmSync(folder, { recursive: true });
});

test("adjourn erase --user removes the messages of all of a user's channels", async () => {
  const user = crypto.randomUUID();
  const { sessionId, channelId, trpc } = await server.createSession(user);
  const early = server.adjourn(["erase", "--user", user, "--yes"]);
  expect([await early.code, early.complaints]).toEqual([1, [expect.stringMatching(/^CHANNEL_IN_USE/)]]);
  await output("end", sessionId);
  expect(await output("erase", "--user", user, "--yes")).toMatch(/; channels: 1\n$/);
  await expect(trpc.getChannelMessages.query({ channelId })).rejects.toMatchObject({
    code: "CHANNEL_NOT_FOUND",
  });
  expect(await json("erase", "--user", user, "--yes")).toMatchObject({ success: true, channels: 0 });
});

test("adjourn erase removes the messages for good, and needs --yes", async () => {
  const { sessionId, channelId, trpc } = await server.createSession(alice);
  await output("send", sessionId, "hello");
  const early = server.adjourn(["erase", channelId, "--yes"]);
  expect(await early.code).toBe(1);
  expect(early.complaints).toEqual([expect.stringMatching(/^CHANNEL_IN_USE/)]);
  await output("end", sessionId);
  const without = server.adjourn(["erase", channelId]);
  expect(await without.code).toBe(2);
  expect((await trpc.getChannelMessages.query({ channelId })).messages).toHaveLength(2);
  await output("erase", channelId, "--yes");
  await expect(trpc.getChannelMessages.query({ channelId })).rejects.toMatchObject({
    code: "CHANNEL_NOT_FOUND",
  });
});

test("adjourn agents lists them", async () => {
  expect(await output("agents")).toMatch(
    new RegExp(`^AGENT +NAME +STATUS\n[^]*${typewriter} +Typewriter +active\n`),
  );
  expect(await json("agents")).toContainEqual({ id: typewriter, name: "Typewriter", status: "active" });
});

test("every answer is one line of JSON for a program", async () => {
  const { sessionId } = await server.createSession(alice);
  expect(await json("send", sessionId, "hello")).toMatchObject({ content: "hello", isAgent: true });
  expect(await json("end", sessionId, "--reason", "enough")).toMatchObject({ sessionId, reason: "enough" });
  expect(await json("endings", "--user", alice, "--limit", "1")).toMatchObject({ endings: [{ sessionId }] });
});

test("adjourn send that is stopped says so with 130; the session and what was sent stay", async () => {
  const { sessionId, trpc } = await server.createSession(bob, { delayMs: 50 });
  const sending = server.adjourn(["send", sessionId, "word ".repeat(500)]);
  await sending.wrote("word ");
  sending.stop();
  expect(await sending.code).toBe(130);
  expect(sending.complaints).toEqual(["Stopped waiting; what was sent stays sent"]);
  const { messages } = await trpc.getSessionMessages.query({ sessionId });
  expect(messages).toMatchObject([{ content: "word ".repeat(500), isAgent: false }]);
  await output("end", sessionId);
});
