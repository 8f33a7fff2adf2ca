import { listAgents } from "./procedures/agents/list-agents.js";
import { blockUser } from "./procedures/blocks/block-user.js";
import { listBlocks } from "./procedures/blocks/list-blocks.js";
import { unblockUser } from "./procedures/blocks/unblock-user.js";
import { issueTicket } from "./procedures/live/issue-ticket.js";
import { cancelReply } from "./procedures/messages/cancel-reply.js";
import { getChannelMessages } from "./procedures/messages/get-channel-messages.js";
import { getSessionMessages } from "./procedures/messages/get-session-messages.js";
import { sendSessionMessage } from "./procedures/messages/send-session-message.js";
import { eraseChannel } from "./procedures/records/erase-channel.js";
import { eraseUser } from "./procedures/records/erase-user.js";
import { getEnding } from "./procedures/records/get-ending.js";
import { getStatistics } from "./procedures/records/get-statistics.js";
import { listEndings } from "./procedures/records/list-endings.js";
import { createSession } from "./procedures/sessions/create-session.js";
import { endSession } from "./procedures/sessions/end-session.js";
import { endSessions } from "./procedures/sessions/end-sessions.js";
import { getSession } from "./procedures/sessions/get-session.js";
import { getSessionsHealth } from "./procedures/sessions/get-sessions-health.js";
import { listSessions } from "./procedures/sessions/list-sessions.js";
import { renewSession } from "./procedures/sessions/renew-session.js";
import { sessionHeartbeat } from "./procedures/sessions/session-heartbeat.js";
import { updateSessionTimeout } from "./procedures/sessions/update-session-timeout.js";
import { listWebhookDeliveries } from "./procedures/webhooks/list-webhook-deliveries.js";
import { resendWebhook } from "./procedures/webhooks/resend-webhook.js";

/** Every query by its operationId. */
export const queries = {
  listSessions,
  getSessionsHealth,
  getSession,
  getSessionMessages,
  getChannelMessages,
  listEndings,
  getEnding,
  listBlocks,
  getStatistics,
  listWebhookDeliveries,
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
  blockUser,
  unblockUser,
  issueTicket,
  resendWebhook,
} as const;
