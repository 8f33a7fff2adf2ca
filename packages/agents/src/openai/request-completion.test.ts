import { describe, expect, test } from "vitest";
import { startServer } from "../../test/local-server.js";
import { type ModelAnswer, readFixture, startModelServer } from "../../test/model-server.js";
import { agentAt, createKeptLog, failureOf } from "../../test/openai-agent.js";
import { collect, messageOf, turnOf } from "../../test/turns.js";

const sentTo = (received: readonly { readonly body: string }[]): string[][] =>
  received.map(({ body }) => JSON.parse(body).messages.map(({ content }: { content: string }) => content));

/** Ten earlier messages, 0 the oldest, the user's and the model's in turn. */
const history = Array.from({ length: 10 }, (_, index) => messageOf(`${index}`, { isAgent: index % 2 === 1 }));

describe("a conversation that is too long for the model is asked again without its older half", () => {
  test.each<[string, number]>([
    ["context-too-long/openai.json", 400],
    ["context-too-long/azure.json", 400],
    ["context-too-long/vllm.json", 400],
    ["context-too-long/vllm-decoder.json", 400],
    ["context-too-long/vllm-no-room.json", 400],
    ["context-too-long/llama-cpp.json", 400],
    ["context-too-long/llama-cpp-2025.json", 500],
    ["context-too-long/ollama.json", 400],
    ["context-too-long/ollama-input.json", 500],
    ["context-too-long/lm-studio.json", 400],
    ["context-too-long/lm-studio-keep.json", 400],
    ["context-too-long/openrouter.json", 400],
    ["context-too-long/mistral.json", 400],
    ["context-too-long/groq.json", 413],
    ["context-too-long/openai-limit.json", 429],
    ["context-too-long/anthropic.json", 400],
    ["context-too-long/gemini.json", 400],
    ["context-too-long/litellm.json", 400],
    ["context-too-long/tgi.json", 422],
    ["context-too-long/proxy.html", 413],
    ["context-too-long/in-stream.sse", 200],
    ["context-too-long/under-200.json", 200],
  ])("%s (%i)", async (file, status) => {
    await using server = await startModelServer({ file, status }, { file: "replies/crlf.sse" });
    const log = createKeptLog();
    const agent = agentAt(server.url, { log, systemPrompt: "Be brief." });
    expect((await collect(agent.reply(turnOf("hello", { history })))).join("")).toBe("Good morning");
    expect(sentTo(server.received)).toEqual([
      ["Be brief.", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "hello"],
      ["Be brief.", "6", "7", "8", "9", "hello"],
    ]);
    expect(log.lines).toEqual([
      {
        message: "The conversation is too long for the model, older messages are left out",
        agentId: agent.id,
        sessionId: turnOf("").sessionId,
        messagesLeft: 5,
      },
    ]);
  });

  test("down to the message alone, and then it fails", async () => {
    await using server = await startModelServer({ file: "context-too-long/openai.json", status: 400 });
    const log = createKeptLog();
    const reading = collect(agentAt(server.url, { log }).reply(turnOf("hello", { history })));
    expect(await failureOf(reading)).toBe("The model's server HOST answered 400 (context_length_exceeded)");
    expect(log.lines.map(({ messagesLeft }) => messagesLeft)).toEqual([5, 2, 1, 0]);
    expect(sentTo(server.received).at(-1)).toEqual(["hello"]);
  });

  test("but not once the reply has begun", async () => {
    await using server = await startModelServer({ file: "failures/context-in-mid-reply.sse" });
    await failureOf(collect(agentAt(server.url).reply(turnOf("hello", { history }))));
    expect(server.received).toHaveLength(1);
  });

  test("nor for what only sounds alike", async () => {
    await using server = await startModelServer({ file: "refusals/limit-429.json", status: 429 });
    await failureOf(collect(agentAt(server.url).reply(turnOf("hello", { history }))));
    expect(server.received).toHaveLength(1);
  });
});

describe("a server that is busy is asked once more, and no more than that", () => {
  test.each([408, 500, 502, 503, 504, 529])("%i", async (status) => {
    const refusal: ModelAnswer = { file: "failures/nothing.sse", status, headers: { "retry-after-ms": "1" } };
    await using server = await startModelServer(refusal, { file: "replies/crlf.sse" });
    expect(await collect(agentAt(server.url).reply(turnOf("hello")))).toEqual(["Good", " morning"]);
    await using busy = await startModelServer(refusal);
    const reading = collect(agentAt(busy.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toBe(`The model's server HOST answered ${status}`);
    expect(busy.received).toHaveLength(2);
  });

  test("but not where it wants to be left alone for longer", async () => {
    const refusal = { file: "failures/nothing.sse", status: 503, headers: { "retry-after": "3600" } };
    await using server = await startModelServer(refusal);
    await failureOf(collect(agentAt(server.url).reply(turnOf("hello"))));
    expect(server.received).toHaveLength(1);
  });

  test("and so is one that cut the connection before it answered", async () => {
    const stream = await readFixture("replies/crlf.sse");
    await using server = await startServer((response) => {
      if (server.received.length === 2) response.writeHead(200).end(stream);
      else response.destroy();
    });
    const agent = agentAt(server.url);
    expect(await collect(agent.reply(turnOf("hello")))).toEqual(["Good", " morning"]);
    const reading = collect(agent.reply(turnOf("hello")));
    expect(await failureOf(reading)).toMatch(/^The model's server HOST could not be reached \([A-Z_]+\)$/);
    expect(server.received).toHaveLength(4);
  });
});

describe("a refusal fails at once and says why", () => {
  test.each<[ModelAnswer, string]>([
    [{ file: "refusals/error-401.json", status: 401 }, "answered 401 (invalid_api_key)"],
    [{ file: "refusals/limit-429.json", status: 429 }, "answered 429 (rate_limit_exceeded)"],
    [
      { file: "refusals/limit-429.json", status: 429, headers: { "retry-after": "20" } },
      "answered 429, to be asked again in 20 s (rate_limit_exceeded)",
    ],
    [
      { file: "refusals/limit-429.json", status: 429, headers: { "retry-after-ms": "1500" } },
      "answered 429, to be asked again in 2 s (rate_limit_exceeded)",
    ],
    [{ file: "failures/page.html", status: 404 }, "answered 404"],
    [{ file: "refusals/model-not-found.json", status: 404 }, "answered 404 (NOT_FOUND)"],
    [{ file: "refusals/numbers-alone.json", status: 400 }, "answered 400"],
    [{ file: "failures/nothing.sse", status: 204 }, "gave an empty reply"],
  ])("%j: %s", async (answer, why) => {
    await using server = await startModelServer(answer);
    const reading = collect(agentAt(server.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toBe(`The model's server HOST ${why}`);
    expect(server.received).toHaveLength(1);
  });

  test("also one without end", async () => {
    const endless = () => Buffer.alloc(1_000_000, "x");
    await using server = await startModelServer({
      file: "failures/page.html",
      status: 400,
      encode: endless,
      after: "open",
    });
    const reading = collect(agentAt(server.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toBe("The model's server HOST answered 400");
    expect((await server.closed).hadEnded).toBe(false);
  });

  test.each([301, 302, 303, 307, 308])("and a redirect (%i), which is not followed", async (status) => {
    await using elsewhere = await startServer((response) => response.end());
    const headers = { location: `${elsewhere.url}/v1/chat/completions` };
    await using server = await startModelServer({ file: "failures/nothing.sse", status, headers });
    const reading = collect(agentAt(server.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toBe(`The model's server HOST answered ${status}`);
    expect(elsewhere.received).toEqual([]);
  });

  test("and a server that is not there", async () => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    const reading = collect(agentAt(gone.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toBe("The model's server HOST could not be reached (ECONNREFUSED)");
  });
});
