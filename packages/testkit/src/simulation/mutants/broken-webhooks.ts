import type { Ports, SessionStore } from "@adjourn/sessions";

/** Ports in which one mechanism of the webhooks is broken. Each function is named after what it does wrong. */

const withStore = (ports: Ports, changed: Partial<SessionStore>): Ports => ({
  ...ports,
  store: { ...ports.store, ...changed },
});

/** A request that was sent counts as delivered. */
export const deliverBlindly = (ports: Ports): Ports =>
  withStore(ports, {
    finishAttempt: (finished) =>
      ports.store.finishAttempt({ ...finished, status: "delivered", nextAttemptAt: null }),
  });

/** No other node takes over what a node that died was sending. */
export const leaseForGood = (ports: Ports): Ports =>
  withStore(ports, {
    claimDeliveries: (claim) => ports.store.claimDeliveries({ ...claim, leaseMs: 86_400_000 }),
  });

/** Sends an end before the store has committed it. */
export const sendBeforeCommit = (ports: Ports): Ports => {
  const { store, webhookSender, newId } = ports;
  return withStore(ports, {
    endSession: async (request) => {
      const read = await store.readSession(request.sessionId);
      if (read.outcome === "live") {
        const { sessionId } = request;
        const data = { sessionId, cause: "requested", endedAt: new Date(store.now()).toISOString() };
        const body = JSON.stringify({ type: "session.ended", data });
        const { signal } = new AbortController();
        for (const endpoint of webhookSender?.endpoints ?? [])
          void webhookSender?.send({ endpoint, id: newId(), body, sentAt: store.now(), signal });
      }
      return store.endSession(request);
    },
  });
};
