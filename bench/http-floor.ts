import { createServer } from "node:http";
import { z } from "zod";
import { readArguments, wholeNumber } from "../scripts/read-arguments.mjs";

const [port] = readArguments({ word: wholeNumber(0, 65_535), words: [1, 1] }).words;

/** The minimum of a validating JSON server: read the body, validate it, answer with an object of similar size. */
const body = z.object({ agentId: z.guid(), userId: z.guid() });
const answer = JSON.stringify({
  sessionId: crypto.randomUUID(),
  channelId: crypto.randomUUID(),
  agentId: crypto.randomUUID(),
  userId: crypto.randomUUID(),
  createdAt: new Date().toISOString(),
  lastActivity: new Date().toISOString(),
  metadata: {},
  expiresAt: new Date().toISOString(),
  timeoutConfig: { timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5 },
  renewalCount: 0,
  timeRemaining: 1_800_000,
  isNearExpiration: false,
});

createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => chunks.push(chunk));
  req.on("end", () => {
    if (req.method === "POST" && chunks.length > 0) body.parse(JSON.parse(Buffer.concat(chunks).toString()));
    res.writeHead(200, { "content-type": "application/json" });
    res.end(answer);
  });
}).listen(port, "127.0.0.1");
