import { describe, expect, test } from "vitest";
import { startServer, startTokenServer } from "../../test/local-server.js";
import { readFixture, startModelServer } from "../../test/model-server.js";
import { agentAt, apiKey } from "../../test/openai-agent.js";
import { collect, createStoppedClock, messageOf, turnOf } from "../../test/turns.js";

test("gives the model's pieces as they come", async () => {
  await using server = await startModelServer({ file: "replies/reply.sse" });
  expect(await collect(agentAt(server.url).reply(turnOf("hello")))).toEqual([
    "Good",
    " “morning”",
    "\n",
    "👋 Ä",
  ]);
});

describe("asks as the endpoint wants to be asked", () => {
  test("key, model, instructions, and the history by roles", async () => {
    await using server = await startModelServer({ file: "replies/reply.sse" });
    const history = [messageOf("hello"), messageOf("Good morning", { isAgent: true })];
    await collect(agentAt(server.url, { systemPrompt: "Be brief." }).reply(turnOf("And you?", { history })));
    expect(server.received).toMatchObject([
      { method: "POST", path: "/v1/chat/completions", headers: { authorization: `Bearer ${apiKey}` } },
    ]);
    expect(JSON.parse(server.received[0]?.body ?? "")).toEqual({
      model: "small-1",
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "hello" },
        { role: "assistant", content: "Good morning" },
        { role: "user", content: "And you?" },
      ],
    });
  });

  test("headers and parameters of its own, which replace nothing of ours", async () => {
    await using server = await startModelServer({ file: "replies/reply.sse" });
    const agent = agentAt(server.url, {
      apiKey: undefined,
      headers: { "api-key": "sk-test-secret", "x-title": "Adjourn", "user-agent": "Mine" },
      parameters: { temperature: 0.2, max_tokens: 100, stop: ["\n"], stream: false, model: "large-1" },
    });
    await collect(agent.reply(turnOf("hello")));
    expect(server.received[0]?.headers).toMatchObject({
      "api-key": "sk-test-secret",
      "x-title": "Adjourn",
      "user-agent": "Mine",
      "content-type": "application/json",
    });
    expect(server.received[0]?.headers).not.toHaveProperty("authorization");
    expect(JSON.parse(server.received[0]?.body ?? "")).toMatchObject({
      temperature: 0.2,
      max_tokens: 100,
      stop: ["\n"],
      stream: true,
      model: "small-1",
    });
  });

  test.each([
    ["/v1", "/v1/chat/completions"],
    ["/v1/", "/v1/chat/completions"],
    ["", "/chat/completions"],
    [
      "/openai/deployments/small%201?api-version=2024-10-21&x=1",
      "/openai/deployments/small%201/chat/completions?api-version=2024-10-21&x=1",
    ],
  ])("at a baseUrl that ends with %j: %s", async (end, path) => {
    await using server = await startModelServer({ file: "replies/reply.sse" });
    await collect(agentAt(server.url, { baseUrl: `${server.url}${end}` }).reply(turnOf("hello")));
    expect(server.received[0]?.path).toBe(path);
  });

  test("on a connection in use as long as answers come to their end", async () => {
    const stream = await readFixture("replies/reply.sse");
    const sockets = new Set<unknown>();
    await using server = await startServer((response) => {
      sockets.add(response.socket);
      response.writeHead(200, { "content-type": "text/event-stream" }).end(stream);
    });
    const agent = agentAt(server.url);
    for (let count = 0; count < 5; count += 1) await collect(agent.reply(turnOf("hello")));
    // The first is not free again yet when the second is asked for.
    expect(sockets.size).toBeLessThan(3);
  });
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
    const reading = (async () => {
      for await (const word of agentAt(server.url).reply(turnOf("hello", { signal: ended.signal }))) {
        words.push(String(word));
        if (words.length === 3) ended.abort(new Error("over"));
      }
    })();
    await expect(reading).rejects.toThrow("over");
    await server.closed;
    expect(words).toEqual(["word0 ", "word1 ", "word2 "]);
    expect(server.produced).toBeLessThan(total / 5);
  });

  /** A server that begins `answers` in turn and finishes none of them. */
  const startSilent = async (...answers: readonly (number | "context" | null)[]) => {
    const refusal = await readFixture("context-too-long/openai.json");
    let noteAsked: () => void = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      noteAsked = resolve;
    });
    let noteClosed: () => void = () => {};
    const wasClosed = new Promise<void>((resolve) => {
      noteClosed = resolve;
    });
    const server = await startServer((response) => {
      const answer = answers[server.received.length - 1] ?? null;
      if (answer === "context") {
        response.writeHead(400).end(refusal);
        return;
      }
      response.on("close", noteClosed);
      if (answer !== null) response.writeHead(answer).write(" ");
      noteAsked();
    });
    return { ...server, wasAsked, wasClosed };
  };

  test.each<[string, (number | "context" | null)[]]>([
    ["before the model has said its first word", [null]],
    ["while the answer's first bytes are waited for", [200]],
    ["while a refusal is read", [400]],
    ["while a shorter conversation is asked for", ["context", "context", null]],
  ])("%s", async (_, answers) => {
    await using server = await startSilent(...answers);
    const ended = new AbortController();
    const history = [messageOf("one"), messageOf("two", { isAgent: true }), messageOf("three")];
    const turn = turnOf("hello", { signal: ended.signal, history });
    const reading = collect(agentAt(server.url).reply(turn));
    reading.catch(() => {});
    await server.wasAsked;
    ended.abort(new Error("over"));
    await expect(reading).rejects.toThrow("over");
    await server.wasClosed;
    expect(server.received).toHaveLength(answers.length);
  });

  test("while it waits to ask a busy server again, which it then does not", async () => {
    await using server = await startModelServer({ file: "failures/nothing.sse", status: 503 });
    const clock = createStoppedClock();
    const ended = new AbortController();
    const reading = collect(agentAt(server.url, { clock }).reply(turnOf("hello", { signal: ended.signal })));
    reading.catch(() => {});
    await expect.poll(() => clock.waiting).toEqual([1_000]);
    ended.abort(new Error("over"));
    await expect(reading).rejects.toThrow("over");
    expect(clock.waiting).toEqual([]);
    expect(server.received).toHaveLength(1);
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
