import { afterAll, beforeAll, expect, test } from "vitest";
import {
  adminKey,
  type RestServer,
  scriptedAgentId,
  startRestServer,
  testUserId,
} from "../../test/rest-server.js";

type Call<Params extends unknown[], Result> = (...params: Params) => Promise<Result>;
/** What we use of it: its own declarations are written for bundlers and don't resolve here. */
interface PublishedClient {
  readonly sessions: {
    readonly checkHealth: Call<[], object>;
    readonly createSession: Call<[{ agentId: string; userId: string }], { sessionId: string }>;
    readonly getSession: Call<[string], object>;
    readonly listSessions: Call<[], { sessions: { sessionId: string }[] }>;
    readonly sendMessage: Call<[string, { content: string }], object>;
    readonly sendMessageSync: Call<[string, { content: string }], object>;
    readonly getMessages: Call<
      [string, { limit?: number; before?: number | undefined }],
      { messages: { content: string }[]; hasMore: boolean; cursors?: { before: number; after: number } }
    >;
    readonly deleteSession: Call<[string], unknown>;
  };
  readonly agents: { readonly listAgents: Call<[], object>; readonly getAgent: Call<[string], object> };
  readonly messaging: {
    readonly getChannelMessages: Call<[string], { messages: { content: string }[] }>;
    readonly deleteChannel: Call<[string], object>;
  };
}
type NewClient = new (config: { baseUrl: string; apiKey: string }) => PublishedClient;

/** The client as it is published, against the dialect that is made for it. */
let server: RestServer;
let client: PublishedClient;
beforeAll(async () => {
  server = await startRestServer({ dialect: "elizaos", keys: true });
  const published: Record<string, unknown> = await import("@elizaos/api-client");
  client = new (published.ElizaClient as NewClient)({ baseUrl: server.url, apiKey: adminKey });
});
afterAll(() => server[Symbol.asyncDispose]());

const create = () => client.sessions.createSession({ agentId: scriptedAgentId, userId: testUserId });
const answerNext = async (text: string): Promise<void> => {
  const turn = await server.world.agent.nextTurn();
  turn.say(text);
  turn.finish();
};

test("creates, reads and lists sessions, and their health", async () => {
  const { sessionId } = await create();
  expect(await client.sessions.getSession(sessionId)).toMatchObject({ sessionId, userId: testUserId });
  expect((await client.sessions.listSessions()).sessions.map((one) => one.sessionId)).toContain(sessionId);
  expect(await client.sessions.checkHealth()).toMatchObject({ status: "healthy" });
});

test("reads the agent's reply", async () => {
  const { sessionId } = await create();
  const [answer] = await Promise.all([
    client.sessions.sendMessageSync(sessionId, { content: "hi" }),
    answerNext("Hello"),
  ]);
  expect(answer).toMatchObject({
    userMessage: { content: "hi" },
    agentResponse: { text: "Hello" },
    sessionStatus: { wasRenewed: true },
  });
});

test("pages through the messages by the cursors that it is given", async () => {
  const { sessionId } = await create();
  for (const content of ["one", "two", "three"]) await client.sessions.sendMessage(sessionId, { content });
  const newest = await client.sessions.getMessages(sessionId, { limit: 2 });
  expect(newest.messages.map(({ content }) => content)).toEqual(["three", "two"]);
  expect(newest.hasMore).toBe(true);
  const older = await client.sessions.getMessages(sessionId, { before: newest.cursors?.before });
  expect(older.messages.map(({ content }) => content)).toEqual(["one"]);
});

test("reads code, message and status of a refusal", async () => {
  const { sessionId } = await create();
  await client.sessions.deleteSession(sessionId);
  await expect(client.sessions.deleteSession(sessionId)).rejects.toMatchObject({
    name: "ApiError",
    code: "SESSION_NOT_FOUND",
    message: "Session not found",
    status: 404,
  });
});

test("lists the agents", async () => {
  expect(await client.agents.listAgents()).toEqual({
    agents: [
      {
        id: scriptedAgentId,
        name: "Scripted",
        characterName: "Scripted",
        bio: "",
        status: expect.any(String),
      },
    ],
  });
  expect(await client.agents.getAgent(scriptedAgentId)).toMatchObject({ name: "Scripted" });
});

test("reads a channel's messages, and deletes the channel", async () => {
  const { sessionId } = await create();
  await client.sessions.sendMessage(sessionId, { content: "one" });
  const { channelId } = (await client.sessions.getSession(sessionId)) as { channelId: string };
  const { messages } = await client.messaging.getChannelMessages(channelId);
  expect(messages.map(({ content }) => content)).toEqual(["one"]);
  await client.sessions.deleteSession(sessionId);
  expect(await client.messaging.deleteChannel(channelId)).toEqual({ success: true });
  await expect(client.messaging.getChannelMessages(channelId)).rejects.toMatchObject({
    code: "CHANNEL_NOT_FOUND",
  });
});
