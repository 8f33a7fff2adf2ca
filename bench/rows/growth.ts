import { join } from "node:path";
import { systemClock } from "@adjourn/server";
import { createSqliteSessionStore } from "@adjourn/storage";
import Database from "libsql";
import type { Figure } from "../figure.js";
import { temporaryFolder } from "../processes.js";
import type { Row } from "../row.js";

const iterations = 500;
const agentId = "00000000-0000-4000-8000-000000000001";
const timeoutConfig = {
  timeoutMinutes: 30,
  autoRenew: true,
  maxDurationMinutes: 720,
  warningThresholdMinutes: 5,
};

type Store = ReturnType<typeof createSqliteSessionStore>;
interface Ids {
  readonly sessionId: string;
  readonly channelId: string;
}

const createOne = async (store: Store): Promise<Ids> => {
  const ids = { sessionId: crypto.randomUUID(), channelId: crypto.randomUUID() };
  const session = {
    ...ids,
    continues: false,
    agentId,
    userId: crypto.randomUUID(),
    timeoutConfig,
    metadata: {},
  };
  await store.createSession(session, null);
  return ids;
};

const appendOne = (store: Store, { sessionId }: Ids) =>
  store.appendMessage({
    id: crypto.randomUUID(),
    sessionId,
    content: "hello there",
    metadata: {},
    attachments: null,
    reply: { messageId: crypto.randomUUID(), nodeId: "bench" },
    idempotency: null,
  });

/** A random id in the form of a UUID. */
const newId = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' ||
  substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`;

/** Copies the first row of a table `count` times, with other values in some columns; \`n\` counts the copies. */
const multiply = (
  database: InstanceType<typeof Database>,
  table: string,
  count: number,
  changed: Readonly<Record<string, string>>,
): void => {
  const columns = (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const values = columns.map((name) => changed[name] ?? `one.${name}`);
  database.exec(`WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < ${count})
    INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")}
    FROM counter, (SELECT * FROM ${table} LIMIT 1) AS one`);
};

const messagesPerChannel = 1_000;

/** Fills a database in the schema of the store with this many sessions, and messages in channels without a session. */
const fill = async (url: string, sessions: number, messages: number): Promise<void> => {
  const store = createSqliteSessionStore({ url, clock: systemClock });
  const first = await createOne(store);
  await appendOne(store, first);
  await store.close();
  const database = new Database(url.slice("file:".length));
  database.exec("PRAGMA synchronous = OFF");
  database.exec("PRAGMA cache_size = -500000");
  database.exec("BEGIN");
  const channels = Math.ceil(messages / messagesPerChannel);
  if (channels > 0) {
    multiply(database, "channels", channels, { id: "printf('00000000-0000-4000-9000-%012d', n)" });
    multiply(database, "messages", messages, {
      id: newId,
      channel_id: `printf('00000000-0000-4000-9000-%012d', (n - 1) / ${messagesPerChannel} + 1)`,
      seq: `(n - 1) % ${messagesPerChannel} + 1`,
      created_at: "one.created_at + n",
    });
  }
  multiply(database, "sessions", sessions, { session_id: newId, channel_id: newId, user_id: newId });
  database.exec("COMMIT");
  database.close();
};

/** The median and the 99th percentile of a work in ms, one call after the other. */
const measureTimes = async (work: (index: number) => Promise<unknown>) => {
  const times: number[] = [];
  for (let index = 0; index < iterations; index++) {
    const begun = performance.now();
    await work(index);
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
};

const verbs = ["append", "page", "end"] as const;
type Times = Readonly<Record<(typeof verbs)[number], { readonly p50: number; readonly p99: number }>>;

const measureStore = async (sessions: number, messages: number): Promise<Times> => {
  await using folder = await temporaryFolder();
  const url = `file:${join(folder.path, "bench.db")}`;
  await fill(url, sessions, messages);
  const store = createSqliteSessionStore({ url, clock: systemClock });
  const ids: Ids[] = [];
  for (let index = 0; index < iterations; index++) ids.push(await createOne(store));
  const one = (index: number): Ids => ids[index] ?? { sessionId: "", channelId: "" };
  const range = { limit: 50, maxBytes: 1_048_576, before: undefined, after: undefined };
  const append = await measureTimes((index) => appendOne(store, one(index)));
  const page = await measureTimes((index) =>
    store.listMessages({ ...range, channelId: one(index).channelId }),
  );
  const end = await measureTimes((index) =>
    store.endSession({
      sessionId: one(index).sessionId,
      idempotencyKey: null,
      reason: null,
      caller: { endedBy: "admin", actor: null },
    }),
  );
  await store.close();
  return { append, page, end };
};

const million = 1_000_000;
const sizes = [
  { name: "100 thousand sessions", sessions: 100_000, messages: 0 },
  { name: "1 million sessions", sessions: million, messages: 0 },
  { name: "10 million messages", sessions: 1_000, messages: 10 * million },
];

const measure = async (): Promise<readonly Figure[]> => {
  // The first run pays for code that is not compiled yet.
  await measureStore(1_000, 0);
  const small = await measureStore(1_000, 0);
  const figures: Figure[] = [];
  for (const { name, sessions, messages } of sizes) {
    const large = await measureStore(sessions, messages);
    for (const verb of verbs)
      for (const percentile of ["p50", "p99"] as const)
        figures.push({
          name: `${verb} among ${name}, ${percentile}`,
          floor: "the same among a thousand sessions",
          unit: "ms",
          goal: { of: "ratio", atMost: percentile === "p50" ? 1.5 : 3 },
          rounds: [{ ours: large[verb][percentile], floor: small[verb][percentile] }],
        });
  }
  return figures;
};

export const growth: Row = { name: "growth", title: "Growth of the SQLite store", measure };
