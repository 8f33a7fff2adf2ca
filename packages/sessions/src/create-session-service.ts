import { AdminFeed } from "./admin-feed/admin-feed.js";
import type { ServiceContext } from "./context.js";
import { startSweeper } from "./expiry/sweeper.js";
import { draining } from "./model/errors.js";
import { listAgents } from "./operations/agents/list-agents.js";
import { blockUser } from "./operations/blocks/block-user.js";
import { listBlocks } from "./operations/blocks/list-blocks.js";
import { unblockUser } from "./operations/blocks/unblock-user.js";
import { cutByDraining, drain } from "./operations/live/drain.js";
import { sessionEvents } from "./operations/live/session-events.js";
import { watchEnd } from "./operations/live/watch-end.js";
import { cancelReply } from "./operations/messages/cancel-reply.js";
import { getChannelMessages } from "./operations/messages/get-channel-messages.js";
import { getSessionMessages } from "./operations/messages/get-session-messages.js";
import { sendSessionMessage, streamSessionMessage } from "./operations/messages/send-session-message.js";
import { eraseChannel } from "./operations/records/erase-channel.js";
import { eraseUser } from "./operations/records/erase-user.js";
import { exportChannel } from "./operations/records/export-channel.js";
import { exportEndings } from "./operations/records/export-endings.js";
import { getEnding } from "./operations/records/get-ending.js";
import { createGetStatistics } from "./operations/records/get-statistics.js";
import { listEndings } from "./operations/records/list-endings.js";
import { createSession } from "./operations/sessions/create-session.js";
import { endSession } from "./operations/sessions/end-session.js";
import { endSessions } from "./operations/sessions/end-sessions.js";
import { getSession } from "./operations/sessions/get-session.js";
import { getSessionsHealth } from "./operations/sessions/get-sessions-health.js";
import { listSessions, toRows } from "./operations/sessions/list-sessions.js";
import { renewSession } from "./operations/sessions/renew-session.js";
import { sessionHeartbeat } from "./operations/sessions/session-heartbeat.js";
import { updateSessionTimeout } from "./operations/sessions/update-session-timeout.js";
import { listWebhookDeliveries } from "./operations/webhooks/list-webhook-deliveries.js";
import { resendWebhook } from "./operations/webhooks/resend-webhook.js";
import type { Ports } from "./ports/index.js";
import { Hub } from "./realtime/hub.js";
import { startIndexer } from "./search/indexer.js";
import type { SessionService } from "./session-service.js";
import type { SessionServiceSettings } from "./settings.js";
import { createStoreProbe } from "./store-probe.js";
import { startWebhooks } from "./webhooks/start-webhooks.js";

/** Creates the domain over the given ports. Close it before its store. */
export const createSessionService = (ports: Ports, settings: SessionServiceSettings): SessionService => {
  const context = assemble(ports, settings);
  const startedAt = ports.clock.now();
  const probeStore = createStoreProbe(ports);
  const stopIndexer = startIndexer(ports, settings.indexEveryMs);
  let isDraining = false;

  /** Refused once the server drains. */
  const operation =
    <Args extends unknown[], Result>(run: (context: ServiceContext, ...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      isDraining ? Promise.reject(draining()) : run(context, ...args);

  return {
    createSession: operation(createSession),
    listSessions: operation(listSessions),
    getSessionsHealth: operation((given) => getSessionsHealth(given, startedAt)),
    getSession: operation(getSession),
    endSession: operation(endSession),
    endSessions: operation(endSessions),
    renewSession: operation(renewSession),
    updateSessionTimeout: operation(updateSessionTimeout),
    sessionHeartbeat: operation(sessionHeartbeat),
    sendSessionMessage: operation(sendSessionMessage),
    streamSessionMessage: operation(streamSessionMessage),
    cancelReply: operation(cancelReply),
    getSessionMessages: operation(getSessionMessages),
    getChannelMessages: operation(getChannelMessages),
    eraseChannel: operation(eraseChannel),
    eraseUser: operation(eraseUser),
    listEndings: operation(listEndings),
    exportChannel: operation(exportChannel),
    exportEndings: operation(exportEndings),
    getEnding: operation(getEnding),
    blockUser: operation(blockUser),
    unblockUser: operation(unblockUser),
    listBlocks: operation(listBlocks),
    getStatistics: operation(createGetStatistics()),
    listWebhookDeliveries: operation(listWebhookDeliveries),
    resendWebhook: operation(resendWebhook),
    sessionEvents: operation(sessionEvents),
    watchEnd: operation(watchEnd),
    sessionOnChannel: operation(({ store }, { channelId }) => store.readChannelHolder(channelId)),
    listAgents: (input) => {
      if (isDraining) throw draining();
      return listAgents(context, input);
    },
    adminEvents: () => {
      if (isDraining) throw draining();
      return context.feed.subscribe();
    },
    agent: (agentId) => ports.agents.get(agentId),
    localTotals: () => context.hub.totals(),
    readiness: async () => ({ store: await probeStore(), bus: ports.bus.status }),
    drain: async (graceMs) => {
      isDraining = true;
      await drain(context, graceMs);
    },
    close: async () => {
      isDraining = true;
      stopIndexer();
      context.sweeper.stop();
      context.feed.close();
      context.hub.dropSubscribers("draining");
      context.hub.abortReplies(cutByDraining());
      context.hub.close();
      await context.webhooks?.stop();
    },
  };
};

const assemble = (given: Ports, settings: SessionServiceSettings): ServiceContext => {
  const { webhooks, ports } = startWebhooks(given, settings.nodeId);
  const feed: AdminFeed = new AdminFeed(ports, settings, (sessions) => toRows(context, sessions));
  const hub = new Hub(ports, settings, feed);
  const sweeper = startSweeper(ports, hub, settings.retentionDays);
  const context: ServiceContext = { ...ports, settings, hub, feed, sweeper, webhooks };
  return context;
};
