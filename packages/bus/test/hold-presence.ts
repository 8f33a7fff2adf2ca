// A node that reports a presence record and then waits to be killed.
import { createRedisPresence } from "../src/redis-presence/redis-presence.js";
import { redisOptions } from "./redis-options.js";

const [url = "", prefix = "", sessionId = ""] = process.argv.slice(2);
const presence = await createRedisPresence(redisOptions(url, { prefix }));
presence.report(sessionId, { listeners: 1, replies: [] });
