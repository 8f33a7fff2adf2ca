import { createSqliteSessionStore } from "@adjourn/storage";

/**
 * A process that opens the store at the given URL and prints `open`. With the task `write` it stores messages until it
 * is killed, and prints the id of each stored message.
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

const storeMessage = async (): Promise<void> => {
  const [id, messageId] = [crypto.randomUUID(), crypto.randomUUID()];
  await store.appendMessage({
    id,
    sessionId,
    content: "x".repeat(500),
    metadata: {},
    attachments: null,
    reply: { messageId, nodeId: "node" },
    idempotency: null,
  });
  process.stdout.write(`${id}\n`);
  // Only so many replies of a session may be in flight.
  await store.failReply({
    sessionId,
    messageId,
    failure: { code: "AGENT_FAILED", message: "", details: {} },
  });
};

if (task === "write") for (;;) await Promise.all(Array.from({ length: 10 }, storeMessage));
// An open handle keeps the process running until it is killed.
else setInterval(() => {}, 60_000);
