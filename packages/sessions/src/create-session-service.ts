import { AdminFeed } from "./admin-feed/admin-feed.js";
import type { ServiceContext } from "./context.js";
import { startSweeper } from "./expiry/sweeper.js";
import { startIndexer } from "./finding/indexer.js";
import { draining } from "./model/errors.js";
import { cancelReply } from "./operations/cancel-reply.js";
import { createSession } from "./operations/create-session.js";
import { cutByDraining, drain } from "./operations/drain.js";
import { endSession } from "./operations/end-session.js";
import { endSessions } from "./operations/end-sessions.js";
import { eraseChannel } from "./operations/erase-channel.js";
import { getChannelMessages } from "./operations/get-channel-messages.js";
import { getEnding } from "./operations/get-ending.js";
import { getSession } from "./operations/get-session.js";
import { getSessionMessages } from "./operations/get-session-messages.js";
import { getSessionsHealth } from "./operations/get-sessions-health.js";
import { listAgents } from "./operations/list-agents.js";
import { listEndings } from "./operations/list-endings.js";
import { listSessions, toRows } from "./operations/list-sessions.js";
import { renewSession } from "./operations/renew-session.js";
import { sendSessionMessage, streamSessionMessage } from "./operations/send-session-message.js";
import { sessionEvents } from "./operations/session-events.js";
import { sessionHeartbeat } from "./operations/session-heartbeat.js";
import { updateSessionTimeout } from "./operations/update-session-timeout.js";
import { watchEnd } from "./operations/watch-end.js";
import type { Ports } from "./ports/index.js";
import { Hub } from "./realtime/hub.js";
import type { SessionService } from "./session-service.js";
import type { SessionServiceSettings } from "./settings.js";
import { createStoreProbe } from "./store-probe.js";

/** Creates the domain over the given ports. Close it before its store. */
export const createSessionService = (ports: Ports, settings: SessionServiceSettings): SessionService => {
  const context = assemble(ports, settings);
  const startedAt = ports.clock.now();
  const probeStore = createStoreProbe(ports);
  const stopIndexer = startIndexer(ports, settings.indexEveryMs);
  let isDraining = false;

  const verb =
    <Args extends unknown[], Result>(run: (context: ServiceContext, ...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      isDraining ? Promise.reject(draining()) : run(context, ...args);

  return {
    createSession: verb(createSession),
    listSessions: verb(listSessions),
    getSessionsHealth: verb((given) => getSessionsHealth(given, startedAt)),
    getSession: verb(getSession),
    endSession: verb(endSession),
    endSessions: verb(endSessions),
    renewSession: verb(renewSession),
    updateSessionTimeout: verb(updateSessionTimeout),
    sessionHeartbeat: verb(sessionHeartbeat),
    sendSessionMessage: verb(sendSessionMessage),
    streamSessionMessage: verb(streamSessionMessage),
    cancelReply: verb(cancelReply),
    getSessionMessages: verb(getSessionMessages),
    getChannelMessages: verb(getChannelMessages),
    eraseChannel: verb(eraseChannel),
    listEndings: verb(listEndings),
    getEnding: verb(getEnding),
    sessionEvents: verb(sessionEvents),
    watchEnd: verb(watchEnd),
    sessionOnChannel: verb(({ store }, { channelId }) => store.readChannelHolder(channelId)),
    listAgents: (input) => {
      if (isDraining) throw draining();
      return listAgents(context, input);
    },
    adminEvents: () => {
      if (isDraining) throw draining();
      return context.feed.subscribe();
    },
    agent: (agentId) => ports.agents.get(agentId),
    held: () => context.hub.totals(),
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
    },
  };
};

const assemble = (ports: Ports, settings: SessionServiceSettings): ServiceContext => {
  const feed: AdminFeed = new AdminFeed(ports, settings, (sessions) => toRows(context, sessions));
  const hub = new Hub(ports, settings, feed);
  const sweeper = startSweeper(ports, hub, settings.retentionDays);
  const context: ServiceContext = { ...ports, settings, hub, feed, sweeper };
  return context;
};
