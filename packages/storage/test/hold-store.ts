import { createSqliteSessionStore } from "@adjourn/storage";

/**
 * A process that opens the store at the url it is given, says `open`, and then, told `write`, stores messages for as
 * long as it lives and names each as soon as it is told that it is stored.
 */
const [url = "", task = "hold"] = process.argv.slice(2);
const clock = {
  now: Date.now,
  setTimeout: (run: () => void, delayMs: number) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

const store = createSqliteSessionStore({ url, clock });
const [sessionId, channelId] = [crypto.randomUUID(), crypto.randomUUID()];
const timeoutConfig = {
  timeoutMinutes: 30,
  autoRenew: true,
  maxDurationMinutes: 720,
  warningThresholdMinutes: 5,
};
const [agentId, userId] = ["agent", "user"];
await store.createSession(
  { sessionId, channelId, agentId, userId, metadata: {}, timeoutConfig, continues: false },
  null,
);
process.stdout.write(`open ${channelId}\n`);

const say = async (): Promise<void> => {
  const id = crypto.randomUUID();
  await store.appendMessage({
    id,
    sessionId,
    isAgent: false,
    inReplyTo: null,
    content: "x".repeat(500),
    metadata: {},
    attachments: null,
  });
  process.stdout.write(`${id}\n`);
};

if (task === "write") for (;;) await Promise.all(Array.from({ length: 10 }, say));
// An open handle: the process lives until it is killed.
else setInterval(() => {}, 60_000);
