import { scriptedAgentId } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { startScriptedServer } from "../replies/held-reply.js";
import { ask } from "../setup/api-call.js";
import { createSession, restWire } from "../setup/wires.js";

const userMessage = (id: string, text: string) => ({
  role: "user",
  parts: [{ type: "text", text }],
  metadata: { custom: {} },
  id,
});

it("a chat takes what assistant-ui posts: fields of its own beside those of the AI SDK", async () => {
  await using server = await startScriptedServer();
  const { sessionId } = await createSession(restWire(server.url), { agentId: scriptedAgentId });
  // As @assistant-ui/react-ai-sdk 1.4.12 posted it on ai 7.0.173, with every field that its transport can add.
  const body = {
    callSettings: { temperature: 0 },
    system: "Be brief",
    config: { modelName: "any" },
    tools: { search: { description: "", parameters: {} } },
    id: sessionId,
    messages: [
      userMessage("b9exkQTCo0jAOpaq", "one"),
      {
        id: "01a222fd-2e3f-731d-b630-a6c9e002db21",
        role: "assistant",
        parts: [{ type: "step-start" }, { type: "text", text: "two", state: "done" }],
      },
      userMessage("vxzuS2pDBkDyHxsd", "three"),
    ],
    trigger: "submit-message",
    metadata: {},
  };
  const answer = ask(server.url, "POST", "/api/chat", { body });
  const turn = await server.agent.nextTurn();
  expect(turn.turn.message.content).toBe("three");
  turn.say("a");
  turn.finish();
  const { status, text } = await answer;
  expect(status).toBe(200);
  expect(text).toContain('"delta":"a"');
  expect(text).toMatch(/\ndata: \[DONE\]\n\n$/);
});
