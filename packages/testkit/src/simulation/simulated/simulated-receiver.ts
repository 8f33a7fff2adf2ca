import type { SendResult, WebhookSender, WebhookWatch } from "@adjourn/sessions";
import { webhookEvents } from "@adjourn/sessions";
import { type Model, Violation } from "../model.js";
import type { Random } from "../random.js";
import type { Owner, Scheduler } from "../scheduler.js";

const endpoint = "receiver";
export const receiverWatches: readonly WebhookWatch[] = [{ endpoint, events: webhookEvents, agentIds: null }];

interface Received {
  readonly type: string;
  readonly body: string;
}

interface Body {
  readonly type: string;
  readonly data: { readonly sessionId: string; readonly endedAt?: string; readonly cause?: string };
}

const answered = (status: number): SendResult => ({ status, error: null, answer: "", isRefused: false });
const failed: SendResult = { status: null, error: "The connection was lost", answer: null, isRefused: false };

/** An endpoint of webhooks that may hang, fail, or lose its answer. It checks what it receives against the model (E14). */
export class SimulatedReceiver {
  isHealthy = false;
  /** By session, then by delivery in the order of their first arrivals. */
  private readonly received = new Map<string, Map<string, Received>>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly model: Model,
    private readonly check: (run: () => void) => void,
  ) {}

  connect(owner: Owner, name: string): WebhookSender {
    const random = this.random.of(`webhooks ${name}`);
    return {
      endpoints: [endpoint],
      send: ({ id, body, signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(failed));
          const fate = this.isHealthy ? 1 : random.next();
          const answerMs = random.below(50);
          // What was sent arrives, even if its sender dies.
          this.scheduler.schedule(random.below(50), () => {
            if (fate < 0.05) return;
            if (fate < 0.15) return resolve(failed);
            this.check(() => this.receive(id, body));
            if (fate < 0.2) return;
            const result = fate < 0.25 ? failed : answered(fate < 0.35 ? 500 : 204);
            this.scheduler.schedule(answerMs, () => resolve(result), owner);
          });
        }),
    };
  }

  /** Every session has been reported as created, and as ended if it was. */
  checkAllReceived(): void {
    for (const [sessionId, { ending }] of this.model.sessions) {
      const types = [...(this.received.get(sessionId)?.values() ?? [])].map(({ type }) => type);
      if (!types.includes("session.created")) throw new Violation("E14", "a session was not reported");
      if (ending && types.at(-1) !== "session.ended") throw new Violation("E14", "an end was not reported");
    }
  }

  private receive(id: string, body: string): void {
    const { type, data } = JSON.parse(body) as Body;
    const known = this.model.sessions.get(data.sessionId);
    if (!known) throw new Violation("E14", `${type} of a session that never was`);
    const { ending } = known;
    const ended = ending && { cause: ending.cause, endedAt: new Date(ending.endedAt).toISOString() };
    if (type === "session.ended" && (data.cause !== ended?.cause || data.endedAt !== ended?.endedAt))
      throw new Violation("E14", "an end was reported that did not happen");
    const earlier = this.received.get(data.sessionId) ?? new Map<string, Received>();
    this.received.set(data.sessionId, earlier);
    const before = earlier.get(id);
    if (before && before.body !== body)
      throw new Violation("E14", "a delivery was repeated with another body");
    if (before) return;
    const types = [...earlier.values()].map((one) => one.type);
    if (types.includes("session.ended") || types.includes("session.created") === (type === "session.created"))
      throw new Violation("E14", `${type} came after ${types.join(", ") || "nothing"}`);
    earlier.set(id, { type, body });
  }
}
