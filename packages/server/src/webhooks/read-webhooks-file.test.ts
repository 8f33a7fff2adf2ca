import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readWebhooksFile } from "./read-webhooks-file.js";

const folder = mkdtempSync(join(tmpdir(), "adjourn-webhooks-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "webhooks.json");
const key = Buffer.alloc(24, "k").toString("base64");
const variables: Record<string, string> = {
  GOOD: `whsec_${key}`,
  SHORT: "whsec_c2hvcnQ=",
  PLAIN: "hunter22",
};
const read = (content: unknown) => {
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return readWebhooksFile(path, (name) => variables[name]);
};

const entry = { id: "a", url: "https://example.com/hook", secretEnv: "GOOD" };

test("an entry has every event and agent unless it names some", async () => {
  expect(
    await read([entry, { ...entry, id: "b", events: ["session.ended"], secretEnv: ["GOOD", "GOOD"] }]),
  ).toEqual([
    {
      id: "a",
      url: "https://example.com/hook",
      keys: [Buffer.from(key, "base64")],
      events: ["session.created", "session.expiring", "session.ended", "message.failed"],
      agentIds: null,
    },
    expect.objectContaining({
      id: "b",
      events: ["session.ended"],
      keys: [expect.anything(), expect.anything()],
    }),
  ]);
});

test.each([
  ["no JSON", "{", "is not JSON"],
  ["no list", {}, "a JSON list of endpoints"],
  ["duplicate ids", [entry, entry], 'the id "a" is there twice'],
  ["an unknown field", [{ ...entry, secret: "x" }], '"secret"'],
  ["an unknown event", [{ ...entry, events: ["session.renewed"] }], "session.created, session.expiring"],
  ["no events", [{ ...entry, events: [] }], "[0].events"],
  ["another scheme", [{ ...entry, url: "ftp://example.com" }], "http:// or https://"],
  ["a password in the address", [{ ...entry, url: "https://a:b@example.com" }], "without a user"],
  ["no secret", [{ ...entry, secretEnv: undefined }], "[0].secretEnv"],
  ["a secret that is not set", [{ ...entry, secretEnv: "MISSING" }], "MISSING, which is not set"],
  ["a secret that is too short", [{ ...entry, secretEnv: "SHORT" }], "SHORT, which has another form"],
  ["a secret of another form", [{ ...entry, secretEnv: ["GOOD", "PLAIN"] }], "PLAIN, which has another form"],
  ["an agent's name", [{ ...entry, agentIds: ["Echo"] }], "UUIDs"],
  ["an id with other characters", [{ ...entry, id: "a'b" }], "1 to 64 letters"],
])("%s stops the start with one line that shows no secret", async (_, content, expected) => {
  const error = await read(content).catch((cause: Error) => cause);
  expect(error).toMatchObject({ name: "SettingError" });
  const { message } = error as Error;
  expect(message).toContain(`WEBHOOKS_FILE ${path}: `);
  expect(message).toContain(expected);
  expect(message).not.toMatch(/\n|hunter22|c2hvcnQ/);
});

test.each([
  [
    "an unknown event",
    { events: ["session.renewed"] },
    '[0].events[0] is "session.renewed"; allowed: session.created',
  ],
  ["a list without events", { events: [] }, "[0].events is a list; allowed: a list of session.created"],
  [
    "an unknown field",
    { secret: "hunter22" },
    '[0] has "secret"; allowed: id, url, events, agentIds, secretEnv',
  ],
  ["an id with a space", { id: "a b" }, '[0].id is "a b"; allowed: 1 to 64 letters'],
  ["no address", { url: undefined }, "[0].url is missing; allowed: an http://"],
  ["another scheme", { url: "ftp://example.com" }, '[0].url is "ftp://example.com"; allowed: an http://'],
  [
    "a password",
    { url: "https://a:hunter22@b" },
    "[0].url has a user or password in it; allowed: an http://",
  ],
  ["an agent's name", { agentIds: ["Echo"] }, '[0].agentIds[0] is "Echo"; allowed: the UUIDs'],
  ["the secret itself", { secretEnv: "whsec_hunter22=" }, "[0].secretEnv is no name; allowed: the name"],
  ["a secret of another form", { secretEnv: "PLAIN" }, "PLAIN, which has another form; allowed: whsec_"],
])("%s is named with what is allowed", async (_, mistake, expected) => {
  const message = await read([{ ...entry, ...mistake }]).then(
    () => "taken",
    (error: Error) => error.message,
  );
  expect(message).toContain(`WEBHOOKS_FILE ${path}: ${expected.startsWith("[") ? expected : ""}`);
  expect(message).toContain(expected);
  expect(message).not.toContain("hunter22");
});

test("a file that is no list of objects is named with what is allowed", async () => {
  await expect(read({})).rejects.toThrow("webhooks.json: is an object; allowed: a JSON list of endpoints");
  await expect(read([5])).rejects.toThrow("webhooks.json: [0] is 5; allowed: an object");
  await expect(read(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)).rejects.toThrow("[0] is a list");
});

test("a file that is not there is named", async () => {
  await expect(readWebhooksFile(join(folder, "none.json"), () => undefined)).rejects.toThrow("ENOENT");
});
