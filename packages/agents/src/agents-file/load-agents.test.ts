import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultTimeoutSettings } from "@adjourn/sessions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "../../test/local-server.js";
import { createKeptLog } from "../../test/openai-agent.js";
import { collect, createStoppedClock, turnOf } from "../../test/turns.js";
import { entrySchemas } from "./entry-schemas.js";
import { loadAgents } from "./load-agents.js";

const variables: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: "sk-test-secret",
  AZURE_API_KEY: "sk-test-secret",
  HOOK_SECRET: `whsec_${Buffer.alloc(32).toString("base64")}`,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "adjourn-agents-"));
});
afterAll(() => rm(folder, { recursive: true }));

const loadPath = (path: string | null) =>
  loadAgents({
    path,
    env: (name) => variables[name],
    timeouts: defaultTimeoutSettings,
    clock: createStoppedClock(),
    log: createKeptLog(),
  });

const load = async (text: string | Buffer) => {
  const path = join(folder, "agents.json");
  await writeFile(path, text);
  return await loadPath(path);
};

const summaries = (agents: Awaited<ReturnType<typeof load>>) => agents.map(({ name, kind }) => [name, kind]);

test("without a file there are the two built in", async () => {
  expect(summaries(await loadPath(null))).toEqual([
    ["Echo", "echo"],
    ["Typewriter", "typewriter"],
  ]);
});

test("the file's come behind them, or in their place where the id is theirs", async () => {
  const agents = await load(
    JSON.stringify([
      {
        id: "00000000-0000-4000-8000-00000000000a",
        name: "Slow",
        kind: "typewriter",
        replyTimeoutSeconds: 3,
      },
      {
        id: "00000000-0000-4000-8000-000000000001",
        name: "Parrot",
        kind: "echo",
        timeoutConfig: { timeoutMinutes: 5 },
      },
    ]),
  );
  expect(summaries(agents)).toEqual([
    ["Parrot", "echo"],
    ["Typewriter", "typewriter"],
    ["Slow", "typewriter"],
  ]);
  expect(agents[0]).toMatchObject({ timeoutConfig: { timeoutMinutes: 5 }, replyTimeoutSeconds: 120 });
  expect(agents[2]).toMatchObject({ replyTimeoutSeconds: 3 });
});

test("what they hold reaches the model and the webhook", async () => {
  await using server = await startServer((response) =>
    response.writeHead(200, { "content-type": "application/json" }).end('{"text": "Good morning"}'),
  );
  const [, , small, hook] = await load(
    JSON.stringify([
      {
        id: "00000000-0000-4000-8000-00000000000a",
        name: "Small",
        kind: "openai",
        baseUrl: server.url,
        model: "small-1",
        apiKeyEnv: "OPENAI_API_KEY",
        historyLimit: 3,
      },
      {
        id: "00000000-0000-4000-8000-00000000000b",
        name: "Hook",
        kind: "webhook",
        url: server.url,
        secretEnv: "HOOK_SECRET",
      },
    ]),
  );
  expect([small?.historyLimit, hook?.historyLimit]).toEqual([3, 50]);
  await collect(small?.reply(turnOf("hello")) ?? expect.fail()).catch(() => {});
  expect(server.received[0]?.headers.authorization).toBe("Bearer sk-test-secret");
  expect(await collect(hook?.reply(turnOf("hello")) ?? expect.fail())).toEqual(["Good morning"]);
});

test("the file that docs/agents.md shows is one that loads", async () => {
  const page = await readFile(new URL("../../../../docs/agents.md", import.meta.url), "utf8");
  const example = /```json\n(\[[\s\S]*?)```/.exec(page)?.[1] ?? expect.fail("no example");
  expect(summaries(await load(example))).toEqual([
    ["Echo", "echo"],
    ["Typewriter", "typewriter"],
    ["Helper", "openai"],
    ["Local", "openai"],
    ["Azure", "openai"],
    ["Support", "webhook"],
  ]);
});

test("docs/agents.md has a row for each setting, and its example uses each", async () => {
  const page = await readFile(new URL("../../../../docs/agents.md", import.meta.url), "utf8");
  const schemas = entrySchemas({ env: () => undefined, timeouts: defaultTimeoutSettings });
  for (const { shape } of Object.values(schemas))
    for (const name of Object.keys(shape)) {
      expect(page).toContain(`\n| \`${name}\` |`);
      expect(page).toContain(`"${name}": `);
    }
});

test("each line of a refusal names the file", async () => {
  const path = join(folder, "agents.json");
  await expect(load('[{"kind": "gpt"}, 1]')).rejects.toMatchObject({
    message:
      `AGENTS_FILE ${path}: [0].kind is "gpt"; allowed: echo, typewriter, openai, webhook\n` +
      `AGENTS_FILE ${path}: [1] is 1; allowed: an object`,
  });
  await expect(loadPath(join(folder, "none.json"))).rejects.toThrow(
    `AGENTS_FILE ${join(folder, "none.json")}: can't be read (ENOENT); allowed: the path of a JSON file`,
  );
});

test.each<[string, Buffer, string]>([
  ["too long", Buffer.alloc(1_048_577, " "), "is longer than that; allowed: a file of at most 1 MiB"],
  ["not UTF-8", Buffer.from([0x5b, 0xff, 0x5d]), "is not UTF-8; allowed: a JSON file in UTF-8"],
  ["UTF-16", Buffer.from("\uFEFF[]", "utf16le"), "is not UTF-8; allowed: a JSON file in UTF-8"],
])("a file that is %s is refused in one line", async (_, bytes, problem) => {
  await expect(load(bytes)).rejects.toThrow(`AGENTS_FILE ${join(folder, "agents.json")}: ${problem}`);
});

test("a file without end is not read to it, a folder not at all, and a byte order mark is no mistake", async () => {
  await expect(loadPath("/dev/zero")).rejects.toThrow(
    "AGENTS_FILE /dev/zero: is longer than that; allowed: a file of at most 1 MiB",
  );
  await expect(loadPath(folder)).rejects.toThrow(`AGENTS_FILE ${folder}: can't be read (EISDIR)`);
  expect(summaries(await load("\uFEFF[]"))).toHaveLength(2);
});
