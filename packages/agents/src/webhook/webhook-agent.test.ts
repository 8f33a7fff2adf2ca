import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { startServer, startTokenServer } from "../../test/local-server.js";
import { collect, messageOf, turnOf } from "../../test/turns.js";
import { parseWebhookSecret } from "./sign-webhook.js";
import { createWebhookAgent } from "./webhook-agent.js";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const otherSecret = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;

const agentAt = (url: string, secretInUse = secret) =>
  createWebhookAgent({
    id: "00000000-0000-4000-8000-00000000000b",
    name: "Hook",
    url: `${url}/hook?tenant=1`,
    key: parseWebhookSecret(secretInUse) ?? expect.fail("no secret"),
    clock: { now: Date.now, setTimeout: () => expect.fail("nothing waits") },
  });

/** A webhook that checks the signature, as the standard's own library does, before it answers. */
const startHook = (contentType: string, ...chunks: (string | Buffer)[]) =>
  startServer(async (response, { headers, body }) => {
    try {
      new Webhook(secret).verify(body, headers as Record<string, string>);
    } catch {
      response.writeHead(401).end("secret words");
      return;
    }
    response.writeHead(200, { "content-type": contentType });
    for (const chunk of chunks) await new Promise((resolve) => response.write(chunk, resolve));
    response.end();
  });

const replyOf = async (contentType: string, ...chunks: (string | Buffer)[]): Promise<string[]> => {
  await using server = await startHook(contentType, ...chunks);
  return await collect(agentAt(server.url).reply(turnOf("hello")));
};

describe("what it sends", () => {
  test("is the message with its history, signed so that the standard's library verifies it", async () => {
    await using server = await startHook("application/json", '{"content": "Good morning"}');
    const history = [messageOf("earlier", { isAgent: true })];
    const turn = turnOf("hello", { history, metadata: { locale: "de" } });
    expect(await collect(agentAt(server.url).reply(turn))).toEqual(["Good morning"]);
    const [received] = server.received;
    expect(received).toMatchObject({ method: "POST", path: "/hook?tenant=1" });
    expect(received?.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": turn.message.id,
    });
    expect(JSON.parse(received?.body ?? "")).toEqual({
      type: "message.created",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        agentId: "00000000-0000-4000-8000-00000000000b",
        sessionId: turn.sessionId,
        channelId: turn.channelId,
        userId: turn.userId,
        message: expect.objectContaining({ content: "hello", isAgent: false, metadata: { locale: "de" } }),
        history: [expect.objectContaining({ content: "earlier", isAgent: true })],
      },
    });
  });

  test("with another secret is refused there", async () => {
    await using server = await startHook("application/json", '{"content": "Good morning"}');
    const reading = collect(agentAt(server.url, otherSecret).reply(turnOf("hello")));
    await expect(reading).rejects.toThrow(/^The webhook at 127\.0\.0\.1:\d+ answered 401$/);
  });

  test.each([
    "whsec_",
    "whsec_c2hvcnQ=",
    Buffer.alloc(32).toString("base64"),
    `whsec_${Buffer.alloc(65).toString("base64")}`,
    "whsec_not base64, however long it may be in all",
  ])("a secret like %j is none", (given) => expect(parseWebhookSecret(given)).toBeNull());
});

describe("what it understands", () => {
  test("JSON with content or text", async () => {
    expect(await replyOf("application/json", '{"con', 'tent": "Ä 👋"}')).toEqual(["Ä 👋"]);
    expect(await replyOf("application/json; charset=utf-8", '{"text": "Good morning"}')).toEqual([
      "Good morning",
    ]);
  });

  test.each<[string, string[]]>([
    ["application/json", ['{"content": "a } b"', ', "text": "c"}\n']],
    ["text/event-stream", ["data: a } b\n\ndata: [DONE]\n\n: bye\n\n"]],
  ])("%s that is whole, on a connection that is left open, which is then closed", async (type, chunks) => {
    let noteClosed: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      noteClosed = resolve;
    });
    await using server = await startServer(async (response) => {
      response.on("close", noteClosed);
      response.writeHead(200, { "content-type": type });
      for (const chunk of chunks) await new Promise((resolve) => response.write(chunk, resolve));
    });
    expect(await collect(agentAt(server.url).reply(turnOf("hello")))).toEqual(["a } b"]);
    await closed;
  });

  test("an event stream, each event's data a piece, however the bytes are cut", async () => {
    const euro = Buffer.from("data: 5 €\n\n");
    const pieces = await replyOf(
      "text/event-stream",
      ": a comment\r\n\r\ndata: Good\r\n",
      "\r\nid: 1\ndata:  morning\n\ndata: two\ndata: lines\n\n",
      euro.subarray(0, 9),
      euro.subarray(9),
      'event: usage\ndata: 12\n\ndata: {"content": " as JSON"}\n\ndata: {curly}\n\ndata: [DONE]\n\ndata: late\n\n',
    );
    expect(pieces).toEqual(["Good", " morning", "two\nlines", "5 €", " as JSON", "{curly}"]);
  });

  test("an event stream that ends without its last empty line", async () => {
    expect(await replyOf("text/event-stream", "data: Good\n\ndata:  morning")).toEqual(["Good", " morning"]);
  });

  test("plain text in chunks", async () => {
    const pieces = await replyOf("text/plain; charset=utf-8", "Good", " mor", "ning 👋");
    expect(pieces.join("")).toBe("Good morning 👋");
  });
});

describe("a connection that is reset before an answer begins", () => {
  test("is tried once more, with the same id and body", async () => {
    await using server = await startServer((response) => {
      if (server.received.length === 1) response.destroy();
      else response.writeHead(200, { "content-type": "text/plain" }).end("Good morning");
    });
    expect(await collect(agentAt(server.url).reply(turnOf("hello")))).toEqual(["Good morning"]);
    const [first, second] = server.received;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    new Webhook(secret).verify(second?.body ?? "", second?.headers as Record<string, string>);
  });

  test("is closed by an abort in the second attempt as in the first", async () => {
    const ended = new AbortController();
    let noteClosed: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      noteClosed = resolve;
    });
    await using server = await startServer((response) => {
      if (server.received.length === 1) {
        response.destroy();
        return;
      }
      response.on("close", noteClosed);
      ended.abort(new Error("over"));
    });
    const reading = collect(agentAt(server.url).reply(turnOf("hello", { signal: ended.signal })));
    await expect(reading).rejects.toThrow("over");
    await closed;
    expect(server.received).toHaveLength(2);
  });
});

describe("an abort closes the connection to the webhook", () => {
  const total = 500;

  test.each([
    ["text/event-stream", (index: number) => `data: word${index}\n\n`],
    ["text/plain", (index: number) => `word${index} `],
  ])("in the middle of %s", async (contentType, piece) => {
    await using server = await startTokenServer(contentType, total, piece);
    const ended = new AbortController();
    const reading = (async () => {
      for await (const _ of agentAt(server.url).reply(turnOf("hello", { signal: ended.signal }))) {
        ended.abort(new Error("over"));
      }
    })();
    await expect(reading).rejects.toThrow("over");
    await server.closed;
    expect(server.produced).toBeLessThan(total / 5);
  });

  test("in the middle of JSON, of which no piece is shown", async () => {
    await using server = await startTokenServer("application/json", total, () => " ");
    const ended = new AbortController();
    const reading = collect(agentAt(server.url).reply(turnOf("hello", { signal: ended.signal })));
    await server.begun;
    ended.abort(new Error("over"));
    await expect(reading).rejects.toThrow("over");
    await server.closed;
    expect(server.produced).toBeLessThan(total / 5);
  });

  test("and so does a reader who leaves", async () => {
    await using server = await startTokenServer("text/plain", total, () => "word ");
    for await (const _ of agentAt(server.url).reply(turnOf("hello"))) break;
    await server.closed;
    expect(server.produced).toBeLessThan(total / 5);
  });
});

describe("a reply that fails says why, and repeats nothing of the answer", () => {
  const mebibyte = Buffer.alloc(1_048_577, "a");
  test.each<[string, string, (string | Buffer)[]]>([
    ["gave an empty reply", "text/plain", []],
    ["gave an empty reply", "application/json", ['{"content": ""}']],
    ["gave an empty reply", "application/json", ['{"content": "\\u0000\\u0000"}']],
    ["gave an empty reply", "text/event-stream", ["data: \0\n\ndata: [DONE]\n\n"]],
    ["gave an empty reply", "text/plain", ["\0"]],
    ['answered with JSON that has no "content" or "text"', "application/json", ['{"secret": "words"}']],
    ['answered with JSON that has no "content" or "text"', "application/json", ['{"content": "secret']],
    ["answered with another content type", "text/html", ["<p>secret</p>"]],
    ["reported an error in mid-reply", "text/event-stream", ["data: Good\n\nevent: error\ndata: secret\n\n"]],
    ["answered with more than 1 MiB", "text/plain", [mebibyte]],
    ["answered with more than 1 MiB", "text/event-stream", ["data: ", mebibyte]],
    ["answered with more than 1 MiB", "application/json", ['{"content": "', mebibyte]],
  ])("%s (%s)", async (message, contentType, chunks) => {
    const error = await replyOf(contentType, ...chunks).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/^Error: The webhook at 127\.0\.0\.1:\d+ /);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain("secret");
  });

  test("a redirect, which is not followed", async () => {
    await using elsewhere = await startServer((response) => response.end());
    await using server = await startServer((response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    await expect(collect(agentAt(server.url).reply(turnOf("hello")))).rejects.toThrow("answered 307");
    expect(elsewhere.received).toEqual([]);
  });

  test("a connection that breaks in mid-reply", async () => {
    await using server = await startServer((response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      response.write("Good", () => response.destroy());
    });
    await expect(collect(agentAt(server.url).reply(turnOf("hello")))).rejects.toThrow("broke off its reply");
    expect(server.received).toHaveLength(1);
  });

  test("a connection that is reset before an answer begins, twice", async () => {
    await using server = await startServer((response) => response.destroy());
    const reading = collect(agentAt(server.url).reply(turnOf("hello")));
    await expect(reading).rejects.toThrow(/could not be reached \([A-Z_]+\)$/);
    expect(server.received).toHaveLength(2);
  });

  test("a webhook that is not there, which is asked once", async () => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    const reading = collect(agentAt(gone.url).reply(turnOf("hello")));
    await expect(reading).rejects.toThrow("could not be reached (ECONNREFUSED)");
  });
});
