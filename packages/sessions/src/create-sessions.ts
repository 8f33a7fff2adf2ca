import { AdminFeed } from "./admin-feed.js";
import { createSession } from "./create-session.js";
import type { Domain } from "./domain.js";
import { drain, draining } from "./drain.js";
import { endSession } from "./end-session.js";
import { endSessions } from "./end-sessions.js";
import { eraseChannel } from "./erase-channel.js";
import { startSweeper } from "./expire-sessions.js";
import { followEnd } from "./follow-end.js";
import { getChannelMessages } from "./get-channel-messages.js";
import { getEnding } from "./get-ending.js";
import { getSession } from "./get-session.js";
import { getSessionMessages } from "./get-session-messages.js";
import { getSessionsHealth } from "./get-sessions-health.js";
import { Hub } from "./hub.js";
import { listAgents } from "./list-agents.js";
import { listEndings } from "./list-endings.js";
import { listSessions, toRows } from "./list-sessions.js";
import { listen } from "./listen.js";
import type { Ports } from "./ports.js";
import { renewSession } from "./renew-session.js";
import { sendSessionMessage, streamSessionMessage } from "./send-session-message.js";
import { sessionHeartbeat } from "./session-heartbeat.js";
import type { Sessions } from "./sessions.js";
import type { SessionsSettings } from "./settings.js";
import { createStoreProbe } from "./store-probe.js";
import { updateSessionTimeout } from "./update-session-timeout.js";

/** The whole domain over the given ports. Close it before its store. */
export const createSessions = (ports: Ports, settings: SessionsSettings): Sessions => {
  const domain = assemble(ports, settings);
  const startedAt = ports.clock.now();
  const probeStore = createStoreProbe(ports);
  let isDraining = false;

  const verb =
    <Args extends unknown[], Result>(run: (domain: Domain, ...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (isDraining) throw draining();
      return run(domain, ...args);
    };

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
    getSessionMessages: verb(getSessionMessages),
    getChannelMessages: verb(getChannelMessages),
    eraseChannel: verb(eraseChannel),
    listEndings: verb(listEndings),
    getEnding: verb(getEnding),
    listen: verb(listen),
    followEnd: verb(followEnd),
    listAgents: (input) => {
      if (isDraining) throw draining();
      return listAgents(domain, input);
    },
    watch: () => {
      if (isDraining) throw draining();
      return domain.feed.watch();
    },
    agent: (agentId) => ports.agents.get(agentId),
    held: () => domain.hub.totals(),
    readiness: async () => ({ store: await probeStore(), bus: ports.bus.status }),
    drain: async (graceMs) => {
      isDraining = true;
      await drain(domain, graceMs);
    },
    close: async () => {
      isDraining = true;
      domain.sweeper.stop();
      domain.feed.close();
      domain.hub.dropListeners("draining");
      domain.hub.abortOperations(draining());
      domain.hub.close();
    },
  };
};

const assemble = (ports: Ports, settings: SessionsSettings): Domain => {
  const feed: AdminFeed = new AdminFeed(ports, settings, (sessions) => toRows(domain, sessions));
  const hub = new Hub(ports, settings, feed);
  const sweeper = startSweeper(ports, hub, settings.retentionDays);
  const domain: Domain = { ...ports, settings, hub, feed, sweeper };
  return domain;
};
