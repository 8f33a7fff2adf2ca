import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type ModelAnswer, startModelServer } from "../../test/model-server.js";
import { agentAt, failureOf } from "../../test/openai-agent.js";
import { collect, turnOf } from "../../test/turns.js";

/** What comes of an answer that a server gave: the reply, and whether the connection was closed before its end. */
const comesTo = async (answer: ModelAnswer, keepThinking = false) => {
  await using server = await startModelServer({ ...answer, file: `replies/${answer.file}` });
  const reply = (await collect(agentAt(server.url, { keepThinking }).reply(turnOf("hello")))).join("");
  // An answer that ended leaves the connection to the next request.
  const wasClosed =
    answer.after === "open" || answer.after === "comments" ? !(await server.closed).hadEnded : false;
  expect(server.received).toHaveLength(1);
  return { reply, wasClosed };
};

const failsWith = async (answer: ModelAnswer) => {
  await using server = await startModelServer(answer);
  return await failureOf(collect(agentAt(server.url).reply(turnOf("hello"))));
};

describe("an answer as servers give it is the reply, whole", () => {
  test.each([
    "error-null.sse",
    "finished-without-done.sse",
    "finished-with-text.sse",
    "finished-in-each-chunk.sse",
    "finished-while-thinking.sse",
    "finish-reason-camel-case.sse",
    "empty-finish-reasons-done.sse",
    "done-without-reason.sse",
    "done-then-comment.sse",
    "done-in-the-end.sse",
    "done-then-late-text.sse",
    "usage-without-choices.sse",
    "usage-with-null-choices.sse",
    "null-data.sse",
    "empty-data.sse",
    "content-parts.sse",
    "content-object.sse",
    "content-null.sse",
    "think-block.sse",
    "several-choices.sse",
    "azure.sse",
    "azure-null-delta.sse",
    "openrouter.sse",
    "groq.sse",
    "perplexity.sse",
    "whole-message-in-the-end.sse",
    "whole-message-in-one-event.sse",
    "events-of-other-names.sse",
    "crlf.sse",
    "cr.sse",
    "no-space.sse",
    "data-over-lines.sse",
    "byte-order-mark.sse",
    "completion.json",
    "completion-parts.json",
  ])("%s, in one piece and in pieces of 1 and 7 bytes", async (file) => {
    for (const cut of [undefined, 7, 1])
      expect(await comesTo(cut === undefined ? { file } : { file, cut })).toEqual({
        reply: "Good morning",
        wasClosed: false,
      });
  });

  test.each([
    ["reply-with-reasoning.sse", "Hello"],
    ["reply.sse", "Good “morning”\n👋 Ä"],
    ["beyond-ascii.sse", "Größe 5 € 👋🏽"],
    ["refusal.sse", "I can't say that."],
    ["finished-length.sse", "Good mor"],
    ["finished-content-filter.sse", "Good"],
  ])("%s: %j", async (file, reply) => {
    expect(await comesTo({ file })).toEqual({ reply, wasClosed: false });
    expect(await comesTo({ file, cut: 1 })).toEqual({ reply, wasClosed: false });
  });

  test("whatever its content type says", async () => {
    const type = (contentType: string) => ({ headers: { "content-type": contentType } });
    expect(await comesTo({ file: "completion.json", ...type("text/event-stream") })).toMatchObject({
      reply: "Good morning",
    });
    expect(await comesTo({ file: "crlf.sse", ...type("application/json") })).toMatchObject({
      reply: "Good morning",
    });
  });

  test("compressed", async () => {
    const headers = { "content-type": "text/event-stream", "content-encoding": "gzip" };
    const answer = { file: "crlf.sse", headers, encode: (body: Buffer) => gzipSync(body) };
    expect(await comesTo(answer)).toMatchObject({ reply: "Good morning" });
    expect(await comesTo({ ...answer, cut: 1 })).toMatchObject({ reply: "Good morning" });
  });

  test("its thoughts kept where the agent keeps them", async () => {
    expect(await comesTo({ file: "think-block.sse" }, true)).toMatchObject({
      reply: "\n<think>They greet me.</think>\n\nGood morning",
    });
  });
});

describe("a reply is there once it is finished, and the connection is closed then", () => {
  const files = [
    "finished-without-done.sse",
    "finished-with-text.sse",
    "finished-in-each-chunk.sse",
    "done-without-reason.sse",
    "done-then-comment.sse",
    "usage-without-choices.sse",
    "completion.json",
  ];
  test.each(files)("%s, the connection left open", async (file) => {
    expect(await comesTo({ file, after: "open" })).toEqual({ reply: "Good morning", wasClosed: true });
  });

  test.each(files.filter((file) => file.endsWith(".sse")))("%s, comments sent for ever", async (file) => {
    expect(await comesTo({ file, after: "comments" })).toEqual({ reply: "Good morning", wasClosed: true });
  });

  test.each(["finished-without-done.sse", "done-without-reason.sse"])(
    "%s, the connection broken",
    async (file) => {
      expect(await comesTo({ file, after: "reset" })).toMatchObject({ reply: "Good morning" });
    },
  );
});

describe("a reply that is not whole, or is none, fails and says why", () => {
  test.each<[string, string]>([
    ["error-in-mid-reply.sse", "reported an error (server_error)"],
    ["error-field-line.sse", "reported an error (server_error)"],
    ["error-event.sse", "reported an error (overloaded_error)"],
    ["error-event-text.sse", "reported an error"],
    ["error-line-of-json.sse", "reported an error (server_error)"],
    ["error-beside-choices.sse", "reported an error (provider_unavailable)"],
    ["error-in-choice.sse", "reported an error (502)"],
    ["error-finish-reason.sse", "reported an error"],
    ["error-object.sse", "reported an error (InternalServerError)"],
    ["error-string.sse", "reported an error"],
    ["error-after-finish.sse", "reported an error (server_error)"],
    ["error-first.sse", "reported an error (server_error)"],
    ["error-under-200.json", "reported an error under status 200 (invalid_api_key)"],
    ["error-list-under-200.json", "reported an error under status 200 (invalid_argument)"],
    ["context-in-mid-reply.sse", "reported an error"],
    ["empty-finish-reasons.sse", "broke off its reply"],
    ["word-null-finish-reasons.sse", "broke off its reply"],
    ["second-choice-finished.sse", "broke off its reply"],
    ["broken-off.sse", "broke off its reply"],
    ["cut-in-an-event.sse", "broke off its reply"],
    ["malformed.sse", "sent what is no chat completion"],
    ["no-completion.sse", "sent what is no chat completion"],
    ["ollama-native.json", "sent what is no chat completion"],
    ["page.html", "sent what is no chat completion"],
    ["nothing.sse", "gave an empty reply"],
    ["empty.sse", "gave an empty reply"],
    ["role-only.sse", "gave an empty reply"],
    ["nuls.sse", "gave an empty reply"],
    ["content-filter-empty.sse", "gave an empty reply (content_filter)"],
    ["tool-calls.sse", "asked for a tool, and agents here have none"],
    ["think-block-unterminated.sse", "gave its thoughts and no reply (length)"],
    ["think-block-alone.sse", "gave its thoughts and no reply"],
    ["reasoning-alone.sse", "gave its thoughts and no reply (length)"],
  ])("%s: %s", async (name, why) => {
    const file = `failures/${name}`;
    expect(await failsWith({ file })).toBe(`The model's server HOST ${why}`);
    expect(await failsWith({ file, cut: 1 })).toBe(`The model's server HOST ${why}`);
  });

  test.each([
    "failures/broken-off.sse",
    "replies/finished-in-each-chunk.sse",
    "failures/cut-in-an-event.sse",
  ])("%s, the connection broken", async (file) => {
    const answer: ModelAnswer = { file, after: "reset", encode: withoutDone };
    expect(await failsWith(answer)).toMatch(/^The model's server HOST broke off its reply/);
  });

  test("an answer without end is not read to it", async () => {
    const event = `data: ${"x".repeat(5_000_000)}`;
    expect(
      await failsWith({ file: "replies/reply.sse", encode: () => Buffer.from(event), after: "open" }),
    ).toBe("The model's server HOST sent an event of more than 4 MiB");
    const comments = Buffer.alloc(70_000_000, `: ${"x".repeat(1_000)}\n`);
    expect(await failsWith({ file: "replies/reply.sse", encode: () => comments, after: "open" })).toBe(
      "The model's server HOST answered with more than 64 MiB",
    );
  });
});

const withoutDone = (body: Buffer): Buffer => Buffer.from(body.toString().replace("data: [DONE]\n\n", ""));
