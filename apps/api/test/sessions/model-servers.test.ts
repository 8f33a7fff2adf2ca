import { writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ask, channelsPath, endingsPath, sessionsPath } from "../setup/api-call.js";
import {
  eventOf,
  fault,
  finish,
  type ModelServer,
  startModelServer,
  streamOf,
} from "../setup/model-server.js";
import { spawnServer, temporaryFolder } from "../setup/server-process.js";
import { hasReceived, plainWs } from "../setup/subscribing.js";
import { startTestServer, until, userId } from "../setup/test-server.js";

const agentId = "00000000-0000-4000-8000-00000000000a";

const writeAgents = async (folder: string, { url }: ModelServer, headers: object): Promise<string> => {
  const file = join(folder, "agents.json");
  const agent = { id: agentId, name: "Small", kind: "openai", baseUrl: url, model: "small-1", headers };
  await writeFile(file, JSON.stringify([agent]));
  return file;
};

const talkTo = async (url: string) => {
  const { json } = await ask(url, "POST", sessionsPath, { body: { agentId, userId } });
  return {
    sessionId: String(json.sessionId),
    cancel: (messageId: string) =>
      ask(url, "POST", `${sessionsPath}/${json.sessionId}/replies/${messageId}/cancel`),
    readEnding: async () => (await ask(url, "GET", `${endingsPath}/${json.sessionId}`)).json,
    send: (content: string, transport = "http") =>
      ask(url, "POST", `${sessionsPath}/${json.sessionId}/messages`, { body: { content, transport } }),
    end: () => ask(url, "DELETE", `${sessionsPath}/${json.sessionId}`),
    readHistory: async (): Promise<string[]> =>
      (await ask(url, "GET", `${channelsPath}/${json.channelId}/messages`)).json.messages.map(
        ({ content }: { content: string }) => content,
      ),
  };
};

it("a reply is stored whole, without thoughts, or not at all; the log has neither key nor conversation", async () => {
  await using folder = await temporaryFolder();
  await using model = await startModelServer(
    (response) => response.writeHead(200).end(streamOf("Good mor") + fault),
    (response) => response.writeHead(200).end(streamOf("Good mor")),
    (response) =>
      response.writeHead(200).write(streamOf("<think>hm", "</think>\n\nGood", " morning") + finish),
    (response) => response.writeHead(400).end('{"error": {"code": "context_length_exceeded"}}'),
    (response) => response.writeHead(200).end(streamOf("And to you") + finish),
  );
  await using server = await spawnServer({
    DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
    AGENTS_FILE: await writeAgents(folder.path, model, { "api-key": { env: "MODEL_KEY" } }),
    MODEL_KEY: "sk-test-secret",
  });
  const { send, readHistory } = await talkTo(server.url);
  for (const content of ["unanswered one", "unanswered two"])
    expect(await send(content)).toMatchObject({ status: 502, json: { code: "AGENT_FAILED" } });
  expect((await send("unanswered three")).json.agentResponse.content).toBe("Good morning");
  const sse = await send("unanswered four", "sse");
  expect(sse.text).toContain("And to you");
  expect(await readHistory()).toEqual([
    "And to you",
    "unanswered four",
    "Good morning",
    "unanswered three",
    "unanswered two",
    "unanswered one",
  ]);
  // After two replies that failed, turns still alternate.
  expect(JSON.parse(model.asked[2] ?? "").messages).toEqual([
    { role: "user", content: "unanswered one\n\nunanswered two\n\nunanswered three" },
  ]);
  await until(() => server.output().includes("too long for the model"));
  expect(server.output()).toContain("reported an error (overloaded_error)");
  expect(server.output()).toContain("broke off its reply");
  expect(server.output()).not.toContain("sk-test-secret");
  expect(server.output()).not.toContain("unanswered");
});

it("a reply that is cancelled closes the connection to the model's server, and keeps its text", async () => {
  await using folder = await temporaryFolder();
  let noteClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    noteClosed = resolve;
  });
  await using model = await startModelServer((response) => {
    response.on("close", noteClosed);
    response.writeHead(200).write(streamOf("Good"));
  });
  await using server = await startTestServer({ AGENTS_FILE: await writeAgents(folder.path, model, {}) });
  const { sessionId, send, cancel, readHistory } = await talkTo(server.url);
  await using listener = plainWs.listen(server.url, sessionId);
  await hasReceived(listener, "session.started");
  const { json } = await send("hello", "websocket");
  await hasReceived(listener, "message.delta");
  expect((await cancel(json.id)).json).toMatchObject({ stored: true });
  await closed;
  expect(await readHistory()).toEqual(["Good", "hello"]);
});

it("how a reply ended and what it cost is in the message, the ending and the metrics", async () => {
  await using folder = await temporaryFolder();
  const length = { choices: [{ index: 0, delta: {}, finish_reason: "length" }] };
  const usage = { choices: [], usage: { prompt_tokens: 12, completion_tokens: 4 } };
  await using model = await startModelServer(
    ...Array.from({ length: 2 }, () => (response: ServerResponse) => {
      response.writeHead(200).end(`${streamOf("Good")}${eventOf(length)}${eventOf(usage)}data: [DONE]\n\n`);
    }),
  );
  await using server = await startTestServer({ AGENTS_FILE: await writeAgents(folder.path, model, {}) });
  const { send, end, readEnding } = await talkTo(server.url);
  for (const content of ["one", "two"])
    expect((await send(content)).json.agentResponse).toMatchObject({
      content: "Good",
      finishReason: "length",
      usage: { inputTokens: 12, outputTokens: 4 },
    });
  // The second reply follows the first, which the model sees.
  expect(JSON.parse(model.asked[1] ?? "").messages).toHaveLength(3);
  await end();
  expect(await readEnding()).toMatchObject({ usage: { inputTokens: 24, outputTokens: 8 } });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain(`adjourn_tokens_total{agent="${agentId}",direction="input"} 24`);
  expect(metrics).toContain(`adjourn_tokens_total{agent="${agentId}",direction="output"} 8`);
});

it("the end of a session closes the connection to the model's server", async () => {
  await using folder = await temporaryFolder();
  let noteClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    noteClosed = resolve;
  });
  await using model = await startModelServer((response) => {
    response.on("close", noteClosed);
    response.writeHead(200).write(streamOf("Good"));
  });
  await using server = await startTestServer({ AGENTS_FILE: await writeAgents(folder.path, model, {}) });
  const { send, end, readHistory } = await talkTo(server.url);
  await send("hello", "websocket");
  await until(() => model.asked.length === 1);
  expect((await end()).status).toBe(200);
  await closed;
  expect(await readHistory()).toEqual(["hello"]);
});
