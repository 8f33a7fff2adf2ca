import type { Ports, SessionStore } from "../ports/index.js";
import { WebhookDispatcher } from "./webhook-dispatcher.js";

/** Starts the dispatcher if webhooks are configured, and gives the ports whose store wakes it. */
export const startWebhooks = (
  ports: Ports,
  nodeId: string,
): { readonly webhooks: WebhookDispatcher | null; readonly ports: Ports } => {
  const { webhookSender } = ports;
  if (!webhookSender) return { webhooks: null, ports };
  const webhooks = new WebhookDispatcher(ports, webhookSender, nodeId);
  return { webhooks, ports: { ...ports, store: wakingStore(ports.store, () => webhooks.wake()) } };
};

/** Wakes after each write that may have stored a delivery; what another path wrote is found by the next poll. */
const wakingStore = (store: SessionStore, wake: () => void): SessionStore => {
  const waking =
    <Args extends unknown[], Result>(write: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const result = await write(...args);
      wake();
      return result;
    };
  return {
    ...store,
    createSession: waking(store.createSession),
    endSession: waking(store.endSession),
    endMatching: waking(store.endMatching),
    blockUser: waking(store.blockUser),
    expireSessions: waking(store.expireSessions),
    claimWarnings: waking(store.claimWarnings),
    failReply: waking(store.failReply),
  };
};
