import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliServer, startCliServer, typewriter, userId } from "../test/cli-server.js";

let server: CliServer;
beforeAll(async () => {
  server = await startCliServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const adjourn: CliServer["adjourn"] = (...given) => server.adjourn(...given);
const createSession = () => server.createSession();

describe("adjourn end", () => {
  test("ends a session, drops who listens, and says so on both terminals", async () => {
    const { sessionId, trpc } = await createSession();
    const watching = adjourn(["watch", sessionId]);
    await watching.wrote("listening");
    await trpc.sendSessionMessage.mutate({
      sessionId,
      content: "one two three four five",
      metadata: { delayMs: 50_000 },
    });
    await watching.wrote("user: one two three four five");

    const ending = adjourn(["end", sessionId, "--reason", "enough"]);
    expect(await ending.code).toBe(0);
    expect(ending.out.text).toBe(`Session ${sessionId} ended\n`);
    expect(await watching.code).toBe(0);
    expect(watching.out.text).toMatch(/ended \(requested\): enough\n$/);
    expect(watching.complaints).toEqual([]);

    const listed = adjourn(["endings"]);
    expect(await listed.code).toBe(0);
    expect(listed.out.text).toMatch(new RegExp(`Z  ${sessionId}  requested  +ops  +enough\\n`));
  });

  test("of a session that is over is refused in one line, with exit code 1", async () => {
    const { sessionId } = await createSession();
    expect(await adjourn(["end", sessionId]).code).toBe(0);
    const again = adjourn(["end", sessionId]);
    expect(await again.code).toBe(1);
    expect(again.complaints).toEqual([`SESSION_NOT_FOUND: Session not found {"sessionId":"${sessionId}"}`]);
  });
});

describe("adjourn cancel", () => {
  /** A session whose reply is being written, slowly enough not to end by itself. */
  const startReply = async () => {
    const { sessionId, trpc } = await createSession();
    const watching = adjourn(["watch", sessionId]);
    await watching.wrote("listening");
    const { id } = await trpc.sendSessionMessage.mutate({
      sessionId,
      content: "word ".repeat(500),
      metadata: { delayMs: 50 },
    });
    await watching.wrote("agent: word");
    return { sessionId, trpc, watching, userMessageId: id };
  };

  test("stores the text so far, says so on both terminals, and leaves the session live", async () => {
    const { sessionId, trpc, watching, userMessageId } = await startReply();
    const cancelling = adjourn(["cancel", sessionId, userMessageId]);
    expect(await cancelling.code).toBe(0);
    await watching.wrote("(cancelled)");
    const [reply] = (await trpc.getSessionMessages.query({ sessionId })).messages;
    expect(reply).toMatchObject({ inReplyTo: userMessageId, finishReason: "cancelled" });
    expect(cancelling.out.text).toBe(`Reply ${reply?.id} cancelled; its text so far is stored\n`);
    expect(watching.out.text).toContain(`agent: ${reply?.content} (cancelled)\n`);

    const again = adjourn(["cancel", sessionId, userMessageId]);
    expect(await again.code).toBe(1);
    expect(again.complaints).toEqual([expect.stringMatching(/^REPLY_NOT_FOUND: /)]);
    watching.stop();
    expect(await watching.code).toBe(0);
  });

  test("stores nothing with --discard", async () => {
    const { sessionId, trpc, watching, userMessageId } = await startReply();
    const cancelling = adjourn(["cancel", sessionId, userMessageId, "--discard"]);
    expect(await cancelling.code).toBe(0);
    expect(cancelling.out.text).toMatch(/^Reply \S+ cancelled; nothing is stored\n$/);
    await watching.wrote("a reply was cancelled; nothing is stored\n");
    const { messages } = await trpc.getSessionMessages.query({ sessionId });
    expect(messages.map(({ id }) => id)).toEqual([userMessageId]);
    watching.stop();
    expect(await watching.code).toBe(0);
  });
});

describe("adjourn watch", () => {
  test("of a session that never was fails at once", async () => {
    const watching = adjourn(["watch", "no-such-session"]);
    expect(await watching.code).toBe(1);
    expect(watching.complaints).toEqual([expect.stringMatching(/^SESSION_NOT_FOUND/)]);
  });

  test("stopped by its user leaves the session as it was", async () => {
    const { sessionId, trpc } = await createSession();
    const watching = adjourn(["watch", sessionId, "--json"]);
    await watching.wrote("session.started");
    watching.stop();
    expect(await watching.code).toBe(0);
    expect((await trpc.getSession.query({ sessionId })).sessionId).toBe(sessionId);
    expect(JSON.parse(watching.out.text)).toMatchObject({ type: "session.started", sessionId });
  });
});

test("adjourn send waits for the reply, adjourn list shows the session", async () => {
  const { sessionId } = await createSession();
  const sent = adjourn(["send", sessionId, "hello there"]);
  expect(await sent.code).toBe(0);
  expect(sent.out.text).toContain("hello there");
  const listed = adjourn(["list", "--user", userId]);
  expect(await listed.code).toBe(0);
  const [headings = "", ...lines] = listed.out.text.split("\n");
  const [, agentId, , left] = headings.split(/ {2,}/);
  expect([agentId, left]).toEqual(["AGENT", "LEFT"]);
  const line = lines.find((each) => each.startsWith(sessionId));
  expect(line?.split(/ {2,}/)).toEqual([sessionId, typewriter, userId, "29m", "2", "0", "0"]);
  // Under its heading.
  expect(line?.indexOf(userId)).toBe(headings.indexOf("USER"));
});

describe("what can't work is said in one line", () => {
  test("a wrong key: 1", async () => {
    const refused = adjourn(["end", "a"], { ADJOURN_KEY: "not-a-key-of-this-server" });
    expect(await refused.code).toBe(1);
    expect(refused.complaints).toEqual([expect.stringMatching(/^UNAUTHORIZED: /)]);
  });

  test("a wrong setting: 2", async () => {
    const refused = adjourn(["list"], { ADJOURN_URL: "localhost:3000" });
    expect(await refused.code).toBe(2);
    expect(refused.complaints).toEqual([
      'ADJOURN_URL is "localhost:3000"; allowed: an http or https address',
    ]);
  });

  test.each([
    [
      ["stop", "a"],
      '"stop"; allowed: list, show, watch, send, cancel, end, endings, block, unblock, blocks, export, erase, agents, mcp, completion',
    ],
    [["constructor"], '"constructor"; allowed: list'],
    [["--user", "x"], '"--user"; allowed: list'],
    [["end"], "ID"],
    [["end", "a", "--user", "x"], "allowed: ID alone"],
    [["end", "a", "--dry-run"], "allowed: ID alone"],
    [["end", "--dry-run"], "--user"],
    [["end", "a", "--idle-for", "1h"], "allowed: ID alone"],
    [["block"], "USER"],
    [["block", "a", "--for", "soon"], '--for is "soon"; allowed: minutes, hours or days'],
    [["list", "--limit", "1.5"], '--limit is "1.5"; allowed: 1 to 1000'],
    [["list", "--limit", "1001"], '--limit is "1001"; allowed: 1 to 1000'],
    [["list", "--reason", "3"], "--reason here; allowed: --user, --agent"],
    [["erase", "a"], "--yes"],
    [["erase", "a", "--user", "b", "--yes"], "allowed: CHANNEL alone"],
    [["erase", "--yes"], "allowed: CHANNEL alone"],
    [["export"], "allowed: CHANNEL alone"],
    [["export", "a", "--endings"], "allowed: CHANNEL alone"],
    [["export", "a", "--user", "b"], "allowed: CHANNEL alone"],
    [["completion", "tcsh"], '"tcsh"; allowed: bash, zsh, fish'],
    [["list", "-u", "x"], "-u"],
    [["list", "--no-user"], "--user"],
    [["watch", "a", "--reason", "x"], "--reason"],
    [["end", "a", "--reason"], "--reason is given without a value"],
    [["cancel", "a"], "MESSAGE"],
    [["cancel", "a", "b", "--keep"], "--keep here; allowed: --discard, --json"],
    [["end", "a", "b"], '"b" here; allowed: ID'],
    [["endings", "b"], '"b" here; allowed: options alone'],
    [["watch", "a", "--json=maybe"], "--json=maybe; allowed: --json alone"],
    [["send", "a", "hello", "there"], '"there"'],
  ])("a wrong command line, %j: 2", async (args, part) => {
    const refused = adjourn(args);
    expect(await refused.code).toBe(2);
    expect(refused.complaints).toEqual([expect.stringContaining(part)]);
  });

  test("a slip in an option ends no session", async () => {
    const { sessionId, trpc } = await createSession();
    for (const args of [
      [sessionId, "--reson", "enough"],
      ["--reson", sessionId],
      [sessionId, "another"],
    ])
      expect(await adjourn(["end", ...args]).code).toBe(2);
    expect((await trpc.getSession.query({ sessionId })).sessionId).toBe(sessionId);
  });

  test("no server: 3", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const address = probe.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    probe.close();
    await once(probe, "close");
    const unanswered = adjourn(["end", "a"], { ADJOURN_URL: url });
    expect(await unanswered.code).toBe(3);
    expect(unanswered.complaints).toEqual([expect.stringMatching(`^No answer from ${url}`)]);
  });
});

test("what others have written does nothing to the terminal, and passes for no line of its own", async () => {
  const { sessionId, trpc } = await createSession();
  const watching = adjourn(["watch", sessionId]);
  await watching.wrote("listening");
  const hostile = "a\u001b]0;owned\u0007\u202eb\u009b2J\rc";
  const shown = "a\\u001b]0;owned\\u0007\\u202eb\\u009b2J\\u000dc";
  const sent = adjourn(["send", sessionId, hostile]);
  expect(await sent.code).toBe(0);
  expect(sent.out.text).toBe(`${shown}\n`);
  await trpc.endSession.mutate({ sessionId, reason: `${hostile}\nsecond line` });
  expect(await watching.code).toBe(0);
  expect(watching.out.text).toContain(`user: ${shown}\n`);
  expect(watching.out.text).toContain(`ended (requested): ${shown}\\u000asecond line\n`);
  const listed = adjourn(["endings"]);
  expect(await listed.code).toBe(0);
  expect(listed.out.text).toContain(`  ops  ${shown}\\u000asecond line\n`);
});

test("help is printed for the whole and for a command", async () => {
  const whole = adjourn(["--help"]);
  expect(await whole.code).toBe(0);
  expect(whole.out.text).toContain("End a session");
  const one = adjourn(["end", "--help"]);
  expect(await one.code).toBe(0);
  expect(one.out.text).toContain("--reason");
  const another = adjourn(["cancel", "--help"]);
  expect(await another.code).toBe(0);
  expect(another.out.text).toContain("--discard");
});
