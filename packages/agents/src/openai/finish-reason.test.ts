import { describe, expect, test } from "vitest";
import { startModelServer } from "../../test/model-server.js";
import { agentAt } from "../../test/openai-agent.js";
import { collect, collectEnd, turnOf } from "../../test/turns.js";
import { toFinishReason } from "./finish-reason.js";

test.each([
  [undefined, "stop"],
  ["stop", "stop"],
  ["STOP", "stop"],
  ["eos_token", "stop"],
  ["end_turn", "stop"],
  ["length", "length"],
  ["MAX_TOKENS", "length"],
  ["content_filter", "content_filter"],
  ["SAFETY", "content_filter"],
  ["tool_calls", "other"],
  ["constructor", "other"],
] as const)("a server's reason %s is %s", (given, reason) => {
  expect(toFinishReason(given)).toBe(reason);
});

describe("the end of a reply", () => {
  const endOf = async (file: string) => {
    await using server = await startModelServer({ file: `replies/${file}` });
    return await collectEnd(agentAt(server.url).reply(turnOf("hello")));
  };

  test("has the server's reason and the tokens that it counted", async () => {
    expect(await endOf("finished-length.sse")).toMatchObject({ finishReason: "length" });
    expect(await endOf("finished-content-filter.sse")).toMatchObject({ finishReason: "content_filter" });
    for (const file of ["completion.json", "usage-without-choices.sse", "usage-with-null-choices.sse"]) {
      const { finishReason, usage } = await endOf(file);
      expect(finishReason).toBe("stop");
      expect(usage).toEqual({ inputTokens: expect.any(Number), outputTokens: expect.any(Number) });
    }
  });

  test("has no usage where the server counted none", async () => {
    expect(await endOf("done-without-reason.sse")).toEqual({ finishReason: "stop" });
  });
});

describe("a server that does not know stream_options", () => {
  test.each([
    ["refusals/stream-options-openai.json", 400],
    ["refusals/stream-options-mistral.json", 422],
  ])("is asked again without them after %s, and for no usage from then on", async (file, status) => {
    await using server = await startModelServer({ file, status }, { file: "replies/reply.sse" });
    const agent = agentAt(server.url);
    for (const content of ["hello", "again"])
      expect((await collect(agent.reply(turnOf(content)))).join("")).toMatch(/^Good/);
    const bodies: unknown[] = server.received.map(({ body }) => JSON.parse(body));
    expect(bodies).toEqual([
      expect.objectContaining({ stream_options: { include_usage: true } }),
      expect.not.objectContaining({ stream_options: expect.anything() }),
      expect.not.objectContaining({ stream_options: expect.anything() }),
    ]);
  });

  test("is not asked for them where the parameters replace them", async () => {
    await using server = await startModelServer({ file: "replies/reply.sse" });
    const parameters = { stream_options: { include_usage: false } };
    await collect(agentAt(server.url, { parameters }).reply(turnOf("hello")));
    expect(JSON.parse(server.received[0]?.body ?? "")).toMatchObject(parameters);
  });
});
