import { readFile } from "node:fs/promises";
import type { AgentTurn } from "@adjourn/sessions";
import { describe, expect, test } from "vitest";
import { startServer, startTokenServer } from "../test/local-server.js";
import { collect, messageOf, turnOf } from "../test/turns.js";
import { createOpenAi, type OpenAiOptions } from "./openai.js";

const apiKey = "sk-test-secret";

const agentAt = (url: string, options: Partial<OpenAiOptions> = {}) =>
  createOpenAi({
    id: "00000000-0000-4000-8000-00000000000a",
    name: "Small",
    baseUrl: `${url}/v1`,
    model: "small-1",
    apiKey,
    ...options,
  });

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`./__fixtures__/${name}`, import.meta.url), "utf8");

/** The pieces that a model's server gives rise to by sending a recorded stream. */
const replyTo = async (turn: AgentTurn, name: string): Promise<string[]> => {
  const stream = await fixture(name);
  await using server = await startServer((response) =>
    response.writeHead(200, { "content-type": "text/event-stream" }).end(stream),
  );
  return await collect(agentAt(server.url).reply(turn));
};

test("gives the model's pieces as they come, and nothing of its reasoning", async () => {
  expect(await replyTo(turnOf("hello"), "reply.sse")).toEqual(["Good", " “morning”", "\n", "👋 Ä"]);
  expect(await replyTo(turnOf("hello"), "reply-with-reasoning.sse")).toEqual(["Hello"]);
});

test("takes [DONE] for the end where no finish_reason was given", async () => {
  expect(await replyTo(turnOf("hello"), "done-without-reason.sse")).toEqual(["Good", " morning"]);
});

test("asks as the endpoint wants to be asked: key, model, instructions, and the history by roles", async () => {
  const stream = await fixture("reply.sse");
  await using server = await startServer((response) =>
    response.writeHead(200, { "content-type": "text/event-stream" }).end(stream),
  );
  const history = [messageOf("hello"), messageOf("Good morning", { isAgent: true })];
  await collect(agentAt(server.url, { systemPrompt: "Be brief." }).reply(turnOf("And you?", { history })));
  expect(server.received).toMatchObject([
    { method: "POST", path: "/v1/chat/completions", headers: { authorization: `Bearer ${apiKey}` } },
  ]);
  expect(JSON.parse(server.received[0]?.body ?? "")).toEqual({
    model: "small-1",
    stream: true,
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hello" },
      { role: "assistant", content: "Good morning" },
      { role: "user", content: "And you?" },
    ],
  });
});

test("an endpoint without a key is sent none", async () => {
  const stream = await fixture("reply.sse");
  await using server = await startServer((response) => response.writeHead(200).end(stream));
  await collect(agentAt(server.url, { apiKey: undefined }).reply(turnOf("hello")));
  expect(server.received[0]?.headers).not.toHaveProperty("authorization");
});

describe("an abort closes the connection to the model's server", () => {
  const total = 500;
  const startModel = () =>
    startTokenServer("text/event-stream", total, (index) => {
      const choice = { index: 0, delta: { content: `word${index} ` }, finish_reason: null };
      return `data: ${JSON.stringify({ id: "c", choices: [choice] })}\n\n`;
    });

  test("at once, and the rest of the reply is never produced", async () => {
    await using server = await startModel();
    const ended = new AbortController();
    const words: string[] = [];
    let abortedAt = 0;
    const reading = (async () => {
      for await (const word of agentAt(server.url).reply(turnOf("hello", { signal: ended.signal }))) {
        words.push(word);
        if (words.length < 3) continue;
        abortedAt = performance.now();
        ended.abort(new Error("over"));
      }
    })();
    await expect(reading).rejects.toThrow("over");
    expect((await server.closed) - abortedAt).toBeLessThan(500);
    expect(words).toEqual(["word0 ", "word1 ", "word2 "]);
    expect(server.produced).toBeLessThan(total / 5);
  });

  test("also before the model has said its first word", async () => {
    let asked: () => void = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let closed: () => void = () => {};
    const wasClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    await using server = await startServer((response) => {
      response.on("close", closed);
      asked();
    });
    const ended = new AbortController();
    const reading = collect(agentAt(server.url).reply(turnOf("hello", { signal: ended.signal })));
    await wasAsked;
    ended.abort(new Error("over"));
    await expect(reading).rejects.toThrow("over");
    await wasClosed;
  });

  test("and so does a reader who leaves", async () => {
    await using server = await startModel();
    for await (const _ of agentAt(server.url).reply(turnOf("hello"))) break;
    await server.closed;
    expect(server.produced).toBeLessThan(total / 5);
  });

  test("nothing is asked where the signal had fired before", async () => {
    await using server = await startModel();
    const signal = AbortSignal.abort(new Error("over"));
    await expect(collect(agentAt(server.url).reply(turnOf("hello", { signal })))).rejects.toThrow("over");
    expect(server.received).toEqual([]);
  });
});

describe("a reply that fails says why, without the key or a word of the conversation", () => {
  const failureOf = async (reading: Promise<unknown>): Promise<string> => {
    const error = await reading.then(
      () => expect.fail("the reply did not fail"),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    const { message, cause } = error as Error;
    expect(cause).toBeUndefined();
    expect(message).not.toContain(apiKey);
    expect(message).not.toContain("hello");
    return message.replace(/127\.0\.0\.1:\d+/, "HOST");
  };

  test.each([
    ["empty.sse", "The model at HOST gave an empty reply"],
    ["nothing.sse", "The model at HOST gave an empty reply"],
    ["broken-off.sse", "The model at HOST broke off its reply"],
    ["malformed.sse", "The model's server HOST sent what is no chat completion"],
    ["no-completion.sse", "The model's server HOST sent what is no chat completion"],
    ["error-in-mid-reply.sse", "The model at HOST failed in mid-reply (server_error)"],
  ])("%s", async (name, message) => {
    expect(await failureOf(replyTo(turnOf("hello"), name))).toBe(message);
  });

  test("a refusal", async () => {
    const body = await fixture("error-401.json");
    await using server = await startServer((response) =>
      response.writeHead(401, { "content-type": "application/json" }).end(body),
    );
    const reading = collect(agentAt(server.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toBe("The model's server HOST answered 401 (invalid_api_key)");
    expect(server.received).toHaveLength(1);
  });

  test("a connection that breaks in mid-reply", async () => {
    const stream = await fixture("broken-off.sse");
    await using server = await startServer((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(stream, () => response.destroy());
    });
    const reading = collect(agentAt(server.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toMatch(/^The model at HOST broke off its reply/);
  });

  test("a redirect, which is not followed", async () => {
    await using elsewhere = await startServer((response) => response.end());
    await using server = await startServer((response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    const reading = collect(agentAt(server.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toBe("The model's server HOST answered 307");
    expect(elsewhere.received).toEqual([]);
  });

  test("a server that is not there", async () => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    const reading = collect(agentAt(gone.url).reply(turnOf("hello")));
    expect(await failureOf(reading)).toBe("The model's server HOST could not be reached (ECONNREFUSED)");
  });
});

test("a server that is busy is asked once more, and no more than that", async () => {
  const stream = await fixture("reply.sse");
  await using server = await startServer((response) => {
    if (server.received.length === 2) response.writeHead(200).end(stream);
    else response.writeHead(503, { "retry-after-ms": "1" }).end();
  });
  const agent = agentAt(server.url);
  expect(await collect(agent.reply(turnOf("hello")))).toHaveLength(4);
  await expect(collect(agent.reply(turnOf("hello")))).rejects.toThrow(/answered 503$/);
  expect(server.received).toHaveLength(4);
});
