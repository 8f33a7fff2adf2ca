// A node of its own that says what it holds, and then does nothing more: to be killed.
import { createRedisPresence } from "../src/redis-presence/redis-presence.js";
import { redisOptions } from "./redis-options.js";

const [url = "", prefix = "", sessionId = ""] = process.argv.slice(2);
const presence = await createRedisPresence(redisOptions(url, { prefix }));
presence.report(sessionId, { listeners: 1, replies: [] });
