import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createFakeClock } from "@adjourn/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UnusableDatabaseError } from "../../unusable-database-error.js";
import { createSqliteSessionStore } from "../session-store.js";

const program = fileURLToPath(new URL("../../../test/hold-store.ts", import.meta.url));

let folder: string;
let url: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  url = `file:${join(folder, "adjourn.db")}`;
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  rmSync(folder, { recursive: true });
});

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
};

/** Another process with the store open. `lines` is its later output. */
const startOther = async (task: "hold" | "write") => {
  const child = spawn(
    process.execPath,
    ["--conditions=adjourn-source", "--import", "tsx", program, url, task],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  const channelId = /^open (.+)$/.exec(String(first.value))?.[1];
  if (!channelId) throw new Error(`The other process said ${first.value}`);
  return { child, channelId, lines };
};

const open = () => createSqliteSessionStore({ url, clock: createFakeClock() });

test("a second process on the file is refused with one clear line, and the first continues", async () => {
  const { child } = await startOther("hold");
  expect(open).toThrow(UnusableDatabaseError);
  expect(open).toThrow(/^The database file .*adjourn\.db is in use by another process[^\n]*$/);
  expect(child.exitCode).toBeNull();
});

test("a second process is refused whatever link to the file it uses, also an older one", async () => {
  const [real, links] = [join(folder, "real"), join(folder, "links")];
  for (const made of [real, links]) mkdirSync(made);
  symlinkSync(join(real, "adjourn.db"), join(links, "adjourn.db"));
  symlinkSync(real, join(folder, "elsewhere"));
  url = `file:${join(links, "adjourn.db")}`;
  await startOther("hold");
  for (const way of [links, real, join(folder, "elsewhere")]) {
    url = `file:${join(way, "adjourn.db")}`;
    expect(open).toThrow(/is in use by another process/);
  }
});

test("a file can be opened at once after its process was killed", async () => {
  const { child, channelId } = await startOther("hold");
  await kill(child);
  const store = open();
  expect(await store.listMessages({ channelId, limit: 1 })).toMatchObject({ outcome: "page" });
  await store.close();
});

test("writes acknowledged before the process was killed are stored, whole and in order", async () => {
  const { child, channelId, lines } = await startOther("write");
  const acknowledged: string[] = [];
  while (acknowledged.length < 500) acknowledged.push(String((await lines.next()).value));
  await kill(child);
  for (let line = await lines.next(); !line.done; line = await lines.next()) acknowledged.push(line.value);
  const store = open();
  const stored = await store.readMessagesAfter(channelId, 0, 1_000_000);
  const ids = new Set(stored.map(({ id }) => id));
  // The kill may have truncated the last line.
  for (const id of acknowledged.slice(0, -1)) expect(ids).toContain(id);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, i) => i + 1));
  await store.close();
});

test("the file can be opened again in this process only after its store is closed", async () => {
  const first = open();
  expect(open).toThrow(UnusableDatabaseError);
  await first.close();
  const second = open();
  await second.close();
});
