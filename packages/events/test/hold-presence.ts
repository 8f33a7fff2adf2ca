// A node of its own that says what it holds, and then does nothing more: to be killed.
import { createRedisPresence } from "../src/redis-presence.js";
import { silentLog } from "./silent-log.js";

const [url = "", sessionId = ""] = process.argv.slice(2);
const presence = await createRedisPresence({ url, log: silentLog });
presence.report(sessionId, { listeners: 1, replies: [] });
