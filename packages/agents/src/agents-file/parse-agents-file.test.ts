import { defaultTimeoutSettings } from "@adjourn/sessions";
import { describe, expect, test } from "vitest";
import { AgentsFileError, parseAgentsFile } from "./parse-agents-file.js";

const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
const variables = new Map([
  ["MODEL_KEY", "sk-test-secret\n"],
  ["HOOK_SECRET", secret],
  ["EMPTY", " "],
  ["TWO_WORDS", "not akey"],
]);

/** An unsafe lookup, as a careless caller would write it. */
const fromObject: Record<string, string> = Object.fromEntries(variables);

const parse = (entries: unknown) =>
  parseAgentsFile(typeof entries === "string" ? entries : JSON.stringify(entries), {
    env: (name) => fromObject[name],
    timeouts: defaultTimeoutSettings,
  });

const problemsOf = (entries: unknown): readonly string[] => {
  try {
    parse(entries);
  } catch (error) {
    if (error instanceof AgentsFileError) return error.problems;
    throw error;
  }
  return expect.fail("nothing was refused");
};

const echo = { id: "00000000-0000-4000-8000-00000000000a", name: "Mine", kind: "echo" };
const openai = {
  id: "00000000-0000-4000-8000-00000000000B",
  name: "Small",
  kind: "openai",
  baseUrl: "http://127.0.0.1:11434/v1",
  model: "small-1",
};
const webhook = {
  id: "00000000-0000-4000-8000-00000000000c",
  name: "Hook",
  kind: "webhook",
  url: "https://hooks.example.com/adjourn?tenant=1",
  secretEnv: "HOOK_SECRET",
};

test("an entry with everything in it is taken as it stands, its secrets from the environment", () => {
  const every = { replyTimeoutSeconds: 30, timeoutConfig: { timeoutMinutes: 60, autoRenew: false } };
  expect(
    parse([
      {
        ...openai,
        ...every,
        apiKeyEnv: "MODEL_KEY",
        systemPrompt: "Be brief.",
        historyLimit: 0,
        headers: { "X-Title": "Mine", "api-key": { env: "MODEL_KEY" } },
        parameters: { temperature: 0, stop: ["\n"] },
        keepThinking: true,
      },
      { ...webhook, ...every, historyLimit: 100 },
    ]),
  ).toEqual([
    {
      ...openai,
      ...every,
      id: openai.id.toLowerCase(),
      apiKeyEnv: "sk-test-secret",
      systemPrompt: "Be brief.",
      historyLimit: 0,
      headers: { "x-title": "Mine", "api-key": "sk-test-secret" },
      parameters: { temperature: 0, stop: ["\n"] },
      keepThinking: true,
    },
    { ...webhook, ...every, secretEnv: Buffer.alloc(24, 1), historyLimit: 100 },
  ]);
});

test("what may be left out may be left out", () => {
  expect(parse([echo, openai])).toEqual([echo, { ...openai, id: openai.id.toLowerCase() }]);
  expect(parse("\uFEFF[]")).toEqual([]);
});

describe("a mistake is one line: where, what was given, what is allowed", () => {
  test.each<[unknown, string]>([
    ["[\n{,}]", "is not JSON (line 2); allowed: a JSON list of agents"],
    [{ agents: [] }, 'is {"agents":[]}; allowed: a JSON list of agents'],
    [["echo"], '[0] is "echo"; allowed: an object'],
    [[{ ...echo, kind: "gpt" }], '[0].kind is "gpt"; allowed: echo, typewriter, openai, webhook'],
    [[{ ...echo, kind: "toString" }], '[0].kind is "toString"; allowed: echo, typewriter, openai, webhook'],
    [[{ id: echo.id }], "[0].kind is missing; allowed: echo, typewriter, openai, webhook"],
    [[{ ...echo, id: "1" }], '[0].id is "1"; allowed: a UUID'],
    [[{ ...echo, id: undefined }], "[0].id is missing; allowed: a UUID"],
    [[{ ...echo, name: "" }], '[0].name is ""; allowed: text of 1 to 100 characters'],
    [
      [{ ...echo, name: "n".repeat(101) }],
      `[0].name is "${"n".repeat(58)}…; allowed: text of 1 to 100 characters`,
    ],
    [
      [echo, { ...echo, id: echo.id.toUpperCase() }],
      `[1].id is "${echo.id}", which [0] has; allowed: each id once`,
    ],
    [
      [{ ...openai, apiKey: "sk-test-secret" }],
      "[0].apiKey is unknown; allowed: kind, id, name, timeoutConfig, replyTimeoutSeconds, historyLimit, replies, baseUrl, model, apiKeyEnv, systemPrompt, headers, parameters, keepThinking",
    ],
    [
      [{ ...echo, model: "small-1" }],
      "[0].model is unknown; allowed: kind, id, name, timeoutConfig, replyTimeoutSeconds",
    ],
    [
      [{ ...openai, apiKeyEnv: "NOT_SET" }],
      "[0].apiKeyEnv names NOT_SET, which is not set; allowed: a variable that holds a key without spaces",
    ],
    [
      [{ ...openai, apiKeyEnv: "EMPTY" }],
      "[0].apiKeyEnv names EMPTY, which is not set; allowed: a variable that holds a key without spaces",
    ],
    [
      [{ ...openai, apiKeyEnv: "TWO_WORDS" }],
      "[0].apiKeyEnv names TWO_WORDS, whose value has another form; allowed: a variable that holds a key without spaces",
    ],
    [
      [{ ...openai, apiKeyEnv: "sk-test-secret" }],
      "[0].apiKeyEnv is no name; allowed: an environment variable's name",
    ],
    [
      [{ ...webhook, secretEnv: undefined }],
      "[0].secretEnv is missing; allowed: an environment variable's name",
    ],
    [
      [{ ...webhook, secretEnv: "MODEL_KEY" }],
      "[0].secretEnv names MODEL_KEY, whose value has another form; allowed: a variable that holds whsec_ and 24 to 64 bytes in base64",
    ],
    [
      [{ ...openai, baseUrl: "localhost:11434" }],
      '[0].baseUrl is "localhost:11434"; allowed: an http or https address without user and fragment',
    ],
    [
      [{ ...openai, baseUrl: "http://127.0.0.1/v1#here" }],
      '[0].baseUrl is "http://127.0.0.1/v1#here"; allowed: an http or https address without user and fragment',
    ],
    [
      [{ ...webhook, url: "https://user:pass@example.com" }],
      "[0].url has a user or password in it; allowed: an http or https address without user and fragment",
    ],
    [
      [{ ...echo, replyTimeoutSeconds: 0.5 }],
      "[0].replyTimeoutSeconds is 0.5; allowed: a whole number from 1 to 3600",
    ],
    [[{ ...openai, replies: "ordered" }], '[0].replies is "ordered"; allowed: "one at a time" or "parallel"'],
    [[{ ...openai, historyLimit: "50" }], '[0].historyLimit is "50"; allowed: a whole number from 0 to 100'],
    [
      [{ ...echo, timeoutConfig: { timeoutMinutes: 4 } }],
      "[0].timeoutConfig has a timeoutMinutes that is 4; allowed: a whole number from 5 to 1440",
    ],
    [
      [{ ...echo, timeoutConfig: { maxDurationMinutes: 20 } }],
      "[0].timeoutConfig has a maxDurationMinutes that is 20; allowed: a whole number from timeoutMinutes (30) to 2880",
    ],
    [[{ ...echo, timeoutConfig: null }], "[0].timeoutConfig is null; allowed: an object"],
    [
      [{ ...echo, timeoutConfig: { minutes: 5 } }],
      '[0].timeoutConfig has the unknown field "minutes"; allowed: timeoutMinutes, autoRenew, maxDurationMinutes, warningThresholdMinutes',
    ],
    [[{ ...openai, keepThinking: "yes" }], '[0].keepThinking is "yes"; allowed: true or false'],
    [
      [{ ...openai, headers: ["x"] }],
      '[0].headers is no such object; allowed: an object of at most 50 headers, each with text or {"env": "<name>"}',
    ],
    [
      [{ ...openai, headers: { "Content-Length": "1" } }],
      '[0].headers has a name that is "Content-Length"; allowed: names of headers that we don\'t set',
    ],
    [
      [{ ...openai, headers: { "x y": "1" } }],
      '[0].headers has a name that is "x y"; allowed: names of headers that we don\'t set',
    ],
    [
      [{ ...openai, headers: { "X-A": "1", "x-a": "2" } }],
      "[0].headers has x-a twice; allowed: each header once",
    ],
    [
      [{ ...openai, headers: { "x-a": "sk-test-secret\r\nx-b: 1" } }],
      "[0].headers has a x-a that can't be sent; allowed: 1 to 8192 printable ASCII characters",
    ],
    [
      [{ ...openai, headers: { "x-a": 1 } }],
      '[0].headers has a x-a that has another form; allowed: text or {"env": "<name>"}',
    ],
    [
      [{ ...openai, headers: { "x-a": { env: "NOT_SET" } } }],
      "[0].headers has a x-a that names NOT_SET, which is not set; allowed: a variable that holds 1 to 8192 printable ASCII characters",
    ],
    [
      [{ ...openai, apiKeyEnv: "MODEL_KEY", headers: { Authorization: "Bearer x" } }],
      "[0].headers has authorization, which apiKeyEnv sets; allowed: one of the two",
    ],
    [
      [{ ...openai, parameters: [0.5] }],
      "[0].parameters is [0.5]; allowed: an object of at most 16384 characters as JSON",
    ],
    [
      [{ ...openai, parameters: { stream: false } }],
      "[0].parameters has stream; allowed: anything but model, messages and stream",
    ],
    [
      [{ ...openai, parameters: { stop: "x".repeat(16_384) } }],
      "[0].parameters is longer than that; allowed: an object of at most 16384 characters as JSON",
    ],
  ])("%j", (entries, problem) => expect(problemsOf(entries)).toEqual([problem]));

  test("and all mistakes are reported at once", () => {
    expect(
      problemsOf([
        { ...echo, id: 1, name: 2 },
        { ...openai, model: "" },
      ]),
    ).toEqual([
      "[0].id is 1; allowed: a UUID",
      "[0].name is 2; allowed: text of 1 to 100 characters",
      '[1].model is ""; allowed: text of 1 to 200 characters',
    ]);
  });
});

describe("a poisoned file is one line as well", () => {
  const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const entry = JSON.stringify(webhook).slice(1, -1);
  test.each<[string, string, string]>([
    ["deep", nested(500_000), "nests deeper than that; allowed: at most 64 levels"],
    [
      "deep in an entry",
      `[{${entry}, "id": ${nested(70)}}]`,
      "nests deeper than that; allowed: at most 64 levels",
    ],
    [
      "a name that every object has",
      `[{${entry}, "secretEnv": "__proto__"}]`,
      "[0].secretEnv names __proto__, which is not set; allowed: a variable that holds whsec_ and 24 to 64 bytes in base64",
    ],
    [
      "a method that every object has",
      `[{${entry}, "secretEnv": "toString"}]`,
      "[0].secretEnv names toString, which is not set; allowed: a variable that holds whsec_ and 24 to 64 bytes in base64",
    ],
    [
      "the key __proto__",
      `[{${entry}, "__proto__": {"name": "x"}}]`,
      "[0].__proto__ is unknown; allowed: kind, id, name, timeoutConfig, replyTimeoutSeconds, historyLimit, replies, url, secretEnv",
    ],
    [
      "the key __proto__ in parameters",
      `[{${JSON.stringify(openai).slice(1, -1)}, "parameters": {"__proto__": {"x": 1}}}]`,
      "[0].parameters has __proto__; allowed: anything but model, messages and stream",
    ],
    [
      "the key __proto__ in headers",
      `[{${JSON.stringify(openai).slice(1, -1)}, "headers": {"__proto__": "x", "constructor": "y"}}]`,
      "",
    ],
    [
      "the key __proto__ in timeouts",
      `[{${entry}, "timeoutConfig": {"__proto__": {"timeoutMinutes": 60}}}]`,
      '[0].timeoutConfig has the unknown field "__proto__"; allowed: timeoutMinutes, autoRenew, maxDurationMinutes, warningThresholdMinutes',
    ],
    [
      "a key with a line break",
      `[{${entry}, "a\\nb": 1}]`,
      '[0] has a key that is "a\\nb", which is unknown; allowed: kind, id, name, timeoutConfig, replyTimeoutSeconds, historyLimit, replies, url, secretEnv',
    ],
    ["entries without end", `[${"1,".repeat(5_000)}1]`, "has 5001 entries; allowed: at most 1000 agents"],
    ["nothing", "", "is not JSON; allowed: a JSON list of agents"],
    ["a NUL", "\0", "is not JSON; allowed: a JSON list of agents"],
  ])("%s", (_, text, problem) => {
    if (problem === "") expect(parse(text)).toHaveLength(1);
    else expect(problemsOf(text)).toEqual([problem]);
  });
});
