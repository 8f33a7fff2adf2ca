import { mutations, queries } from "./operations.js";
import { adminEvents } from "./procedures/live/admin-events.js";
import { sessionEvents } from "./procedures/live/session-events.js";
import { inputlessMutation, inputlessQuery, mutation, query, router } from "./trpc.js";

/** Every operation by its operationId. */
export const appRouter = router({
  createSession: mutation("createSession", mutations.createSession),
  listSessions: query("listSessions", queries.listSessions),
  getSessionsHealth: inputlessQuery("getSessionsHealth", queries.getSessionsHealth),
  getSession: query("getSession", queries.getSession),
  endSession: mutation("endSession", mutations.endSession),
  renewSession: mutation("renewSession", mutations.renewSession),
  updateSessionTimeout: mutation("updateSessionTimeout", mutations.updateSessionTimeout),
  sessionHeartbeat: mutation("sessionHeartbeat", mutations.sessionHeartbeat),
  sendSessionMessage: mutation("sendSessionMessage", mutations.sendSessionMessage),
  cancelReply: mutation("cancelReply", mutations.cancelReply),
  getSessionMessages: query("getSessionMessages", queries.getSessionMessages),
  getChannelMessages: query("getChannelMessages", queries.getChannelMessages),
  eraseChannel: mutation("eraseChannel", mutations.eraseChannel),
  eraseUser: mutation("eraseUser", mutations.eraseUser),
  listEndings: query("listEndings", queries.listEndings),
  getEnding: query("getEnding", queries.getEnding),
  getStatistics: query("getStatistics", queries.getStatistics),
  endSessions: mutation("endSessions", mutations.endSessions),
  blockUser: mutation("blockUser", mutations.blockUser),
  unblockUser: mutation("unblockUser", mutations.unblockUser),
  listBlocks: query("listBlocks", queries.listBlocks),
  issueTicket: inputlessMutation("issueTicket", mutations.issueTicket),
  listWebhookDeliveries: query("listWebhookDeliveries", queries.listWebhookDeliveries),
  resendWebhook: mutation("resendWebhook", mutations.resendWebhook),
  listAgents: query("listAgents", queries.listAgents),
  sessionEvents,
  adminEvents,
});

export type AppRouter = typeof appRouter;
