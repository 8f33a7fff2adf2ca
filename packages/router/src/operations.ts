import { cancelReply } from "./procedures/cancel-reply.js";
import { createSession } from "./procedures/create-session.js";
import { endSession } from "./procedures/end-session.js";
import { endSessions } from "./procedures/end-sessions.js";
import { eraseChannel } from "./procedures/erase-channel.js";
import { eraseUser } from "./procedures/erase-user.js";
import { getChannelMessages } from "./procedures/get-channel-messages.js";
import { getEnding } from "./procedures/get-ending.js";
import { getSession } from "./procedures/get-session.js";
import { getSessionMessages } from "./procedures/get-session-messages.js";
import { getSessionsHealth } from "./procedures/get-sessions-health.js";
import { getStatistics } from "./procedures/get-statistics.js";
import { issueTicket } from "./procedures/issue-ticket.js";
import { listAgents } from "./procedures/list-agents.js";
import { listEndings } from "./procedures/list-endings.js";
import { listSessions } from "./procedures/list-sessions.js";
import { renewSession } from "./procedures/renew-session.js";
import { sendSessionMessage } from "./procedures/send-session-message.js";
import { sessionHeartbeat } from "./procedures/session-heartbeat.js";
import { updateSessionTimeout } from "./procedures/update-session-timeout.js";

/** Every query by its operationId. */
export const queries = {
  listSessions,
  getSessionsHealth,
  getSession,
  getSessionMessages,
  getChannelMessages,
  listEndings,
  getEnding,
  getStatistics,
  listAgents,
} as const;

/** Every mutation by its operationId. */
export const mutations = {
  createSession,
  endSession,
  renewSession,
  updateSessionTimeout,
  sessionHeartbeat,
  sendSessionMessage,
  cancelReply,
  eraseChannel,
  eraseUser,
  endSessions,
  issueTicket,
} as const;
