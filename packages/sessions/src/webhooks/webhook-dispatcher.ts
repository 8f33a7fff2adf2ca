import { logFailures } from "../async/log-failures.js";
import { runEvery } from "../async/run-every.js";
import { runInBackground } from "../async/run-in-background.js";
import { withDeadline } from "../async/with-deadline.js";
import { toIso } from "../model/session.js";
import { webhookBody } from "../model/webhook.js";
import type { ClaimedDelivery, Ports, SendResult, Timer, WebhookSender } from "../ports/index.js";
import { attemptOutcome, isEndpointGone } from "./attempt-outcome.js";

/** Longest time from a due delivery to its attempt if no commit of this node woke the dispatcher. */
const pollEveryMs = 1_000;
/** Least time between two queries of the store. */
const leastPauseMs = 10;
/** Attempts to one endpoint that this node runs at once. Each holds one body, so this also bounds the memory. */
const maxAttemptsPerEndpoint = 16;
/** Longest attempt (contract §12). */
export const attemptTimeoutMs = 15_000;
/** Longer than an attempt; short enough that another node takes over within 30 s. */
export const deliveryLeaseMs = 25_000;
/** How long attempts may finish when the node stops. */
const stopGraceMs = 2_000;

type Dependencies = Pick<Ports, "clock" | "store" | "log" | "newId">;

interface RunningAttempt {
  readonly controller: AbortController;
  readonly finished: Promise<void>;
}

const disabled: SendResult = {
  status: null,
  error: "The endpoint answered 410 and is disabled until the server restarts",
  answer: null,
  isRefused: true,
};

/**
 * Attempts the deliveries that are due. The store leases them, so that each is attempted by one node, in the order of a
 * session's events. An endpoint that is slow or fails uses up its own places only.
 */
export class WebhookDispatcher {
  private readonly running = new Map<string, Set<RunningAttempt>>();
  private readonly disabled = new Set<string>();
  private readonly stopPolling: () => void;
  private readonly claimDue: () => Promise<void>;
  private pause: Timer | null = null;
  private claiming: Promise<void> | null = null;
  private isWanted = false;
  private isStopped = false;
  private isGivingUp = false;

  constructor(
    private readonly ports: Dependencies,
    private readonly sender: WebhookSender,
    private readonly nodeId: string,
  ) {
    for (const endpoint of sender.endpoints) this.running.set(endpoint, new Set());
    this.claimDue = logFailures(ports.log, "Webhook deliveries can't be read", () => this.claimAll());
    this.stopPolling = runEvery(ports, pollEveryMs, async () => this.wake());
  }

  /** The ids of the configured endpoints. */
  get endpoints(): readonly string[] {
    return this.sender.endpoints;
  }

  /** Queries the due deliveries soon. Concurrent calls share one query. */
  wake(): void {
    this.isWanted = true;
    if (this.isStopped || this.pause || this.claiming) return;
    this.pause = this.ports.clock.setTimeout(() => {
      this.pause = null;
      this.isWanted = false;
      this.claiming = this.claimDue().finally(() => {
        this.claiming = null;
        if (this.isWanted) this.wake();
      });
      runInBackground(this.ports.log, "Webhook deliveries failed", this.claiming);
    }, leastPauseMs);
  }

  /** Lets attempts finish for a moment, then aborts them and gives their leases back. Claims nothing more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopPolling();
    this.pause?.cancel();
    await this.claiming?.catch(() => {});
    const attempts = [...this.running.values()].flatMap((running) => [...running]);
    const finished = Promise.all(attempts.map((one) => one.finished));
    await withDeadline(this.ports.clock, stopGraceMs, finished, null);
    this.isGivingUp = true;
    for (const { controller } of attempts) controller.abort();
    await finished;
    await this.ports.store.releaseDeliveries(this.nodeId).catch((cause: unknown) => {
      // Other nodes take the deliveries over when the leases end.
      this.ports.log.warn("Webhook leases could not be given back", { cause: String(cause) });
    });
  }

  private async claimAll(): Promise<void> {
    const due = await this.ports.store.readDueEndpoints(this.endpoints);
    await Promise.all(due.map((endpoint) => this.claim(endpoint)));
  }

  private async claim(endpoint: string): Promise<void> {
    const running = this.running.get(endpoint);
    const limit = maxAttemptsPerEndpoint - (running?.size ?? maxAttemptsPerEndpoint);
    if (!running || limit <= 0 || this.isStopped) return;
    const { nodeId } = this;
    const { clock, store } = this.ports;
    const claim = { endpoint, nodeId, limit, leaseMs: deliveryLeaseMs };
    const askedAt = clock.now();
    const claimed = await store.claimDeliveries(claim);
    // If the answer is late, as after a pause of the process, a lease may end in mid-attempt, or have ended: another node
    // then sends the delivery and those that follow it. Where it has not ended, its delivery is due again after it.
    if (clock.now() - askedAt > deliveryLeaseMs - attemptTimeoutMs) return;
    for (const delivery of claimed) this.begin(running, delivery);
  }

  private begin(running: Set<RunningAttempt>, delivery: ClaimedDelivery): void {
    const controller = new AbortController();
    const timer = this.ports.clock.setTimeout(() => controller.abort(), attemptTimeoutMs);
    const finished = this.attempt(delivery, controller.signal)
      .catch((cause: unknown) => {
        // The lease ends, and the delivery is attempted again with the same id.
        const { id, endpoint } = delivery;
        this.ports.log.warn("A webhook attempt could not be recorded", {
          id,
          endpoint,
          cause: String(cause),
        });
      })
      .finally(() => {
        timer.cancel();
        running.delete(attempt);
        this.wake();
      });
    const attempt = { controller, finished };
    running.add(attempt);
  }

  private async attempt(delivery: ClaimedDelivery, signal: AbortSignal): Promise<void> {
    const { store, log, newId } = this.ports;
    const { id, endpoint, createdAt, content, heldUntil, resends, statusBefore } = delivery;
    const at = store.now();
    // An explicit request to send again is made all the same.
    const isDisabled = statusBefore === null && this.disabled.has(endpoint);
    const body = webhookBody(content, createdAt);
    const request = { endpoint, id, body, sentAt: at, signal };
    const result = isDisabled ? disabled : await this.sender.send(request);
    if (this.isGivingUp && result.status === null) return;
    if (isEndpointGone(result) && !this.disabled.has(endpoint)) {
      this.disabled.add(endpoint);
      log.warn("A webhook endpoint answered 410 and is disabled until restart", { endpoint });
    }
    const { status, error, answer } = result;
    const outcome = attemptOutcome(delivery, result, store.now(), toFraction(newId()));
    if (outcome.status === "failed") log.warn("A webhook delivery failed", { id, endpoint, status, error });
    const attempt = { at: toIso(at), status, error, answer };
    await store.finishAttempt({ id, nodeId: this.nodeId, heldUntil, resends, attempt, ...outcome });
  }
}

/** A number from 0 to 1 from the first digits of a random UUID. */
const toFraction = (uuid: string): number => Number.parseInt(uuid.slice(0, 8), 16) / 0x1_0000_0000;
