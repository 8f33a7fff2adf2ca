import { defaultTimeoutSettings } from "@adjourn/sessions";
import { describe, expect, test } from "vitest";
import { AgentsFileError, parseAgentsFile } from "./agents-file.js";

const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
const variables = new Map([
  ["MODEL_KEY", "sk-test-secret\n"],
  ["HOOK_SECRET", secret],
  ["EMPTY", " "],
  ["TWO_WORDS", "not akey"],
]);

const parse = (entries: unknown) =>
  parseAgentsFile(typeof entries === "string" ? entries : JSON.stringify(entries), {
    env: (name) => variables.get(name),
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
      { ...openai, ...every, apiKeyEnv: "MODEL_KEY", systemPrompt: "Be brief.", historyLimit: 0 },
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
      "[0].apiKey is unknown; allowed: kind, id, name, timeoutConfig, replyTimeoutSeconds, historyLimit, baseUrl, model, apiKeyEnv, systemPrompt",
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
      '[0].baseUrl is "localhost:11434"; allowed: an http or https address without user, query and fragment',
    ],
    [
      [{ ...openai, baseUrl: "http://127.0.0.1/v1?version=1" }],
      '[0].baseUrl is "http://127.0.0.1/v1?version=1"; allowed: an http or https address without user, query and fragment',
    ],
    [
      [{ ...webhook, url: "https://user:pass@example.com" }],
      "[0].url has a user or password in it; allowed: an http or https address without user and fragment",
    ],
    [
      [{ ...echo, replyTimeoutSeconds: 0.5 }],
      "[0].replyTimeoutSeconds is 0.5; allowed: a whole number from 1 to 3600",
    ],
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
  ])("%j", (entries, problem) => expect(problemsOf(entries)).toEqual([problem]));

  test("and all mistakes are told at once", () => {
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
