import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChat, readUiMessages, textOf } from "../chat/open-chat.js";
import { ask } from "../setup/api-call.js";
import { startTwoNodes } from "./setup/cluster.js";
import { createSlowSession, readContents } from "./setup/held.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

/** Words that the agent says over 40 s, one each 0.2 s. */
const words = Array.from({ length: 200 }, (_, index) => `w${index}`).join(" ");

describe.skipIf(await cannotRunCluster())("a chat whose reply another node runs", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  /** A reply that the first node runs, and a chat that has resumed it on the second. */
  const resume = async () => {
    const [a, b] = cluster.nodes;
    const { sessionId, channelId } = await createSlowSession(a.rest);
    const send = { sessionId, content: words, metadata: { delayMs: 200 } };
    expect((await a.rest.call("sendSessionMessage", send)).status).toBe(201);
    const messages = await readUiMessages(b.url, sessionId);
    const open = openChat(b.url, sessionId, { messages });
    const resumed = open.chat.resumeStream();
    await expect.poll(() => textOf(open.chat.messages[1])).toContain("w2 ");
    expect(words.startsWith(textOf(open.chat.lastMessage))).toBe(true);
    return { ...open, a, b, sessionId, channelId, resumed };
  };

  it("is stopped there, with the text so far kept", async () => {
    const { a, b, chat, sessionId, channelId, resumed } = await resume();
    expect((await ask(b.url, "POST", `/api/chat/${sessionId}/stop`)).status).toBe(204);
    await resumed;
    expect(chat.status).toBe("ready");
    expect(await readContents(a.rest, channelId)).toEqual([words, textOf(chat.lastMessage)]);
  });

  it("receives the session's end", async () => {
    const { a, chat, data, sessionId, channelId, resumed } = await resume();
    await a.rest.call("endSession", { sessionId, reason: "enough" });
    await resumed;
    expect(chat.status).toBe("ready");
    expect(data).toMatchObject([{ type: "data-session-ended", data: { reason: "enough" } }]);
    expect(await readContents(a.rest, channelId)).toEqual([words]);
  });
});
