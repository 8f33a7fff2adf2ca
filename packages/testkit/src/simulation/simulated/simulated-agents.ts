import type { Agent, AgentDirectory, AgentTurn } from "@adjourn/sessions";
import type { Random } from "../random.js";
import type { Owner, Scheduler } from "../scheduler.js";

/** One turn of an agent. */
export interface Turn {
  readonly sessionId: string;
  /** The id of the message that it answers. */
  readonly inReplyTo: string;
  /** Its agent answers one message of a session at a time. */
  readonly isOrdered: boolean;
  /** Its agent fails after the first piece. */
  readonly isFailing: boolean;
  readonly owner: Owner;
  readonly signal: AbortSignal;
  isFinished: boolean;
  /** The number of pieces sent so far, and their text. */
  pieces: number;
  text: string;
}

export const agentKinds = ["prompt", "instant", "stalling", "deaf", "failing", "lingering"] as const;
type AgentKind = (typeof agentKinds)[number];

export const agentId = (kind: AgentKind): string =>
  `00000000-0000-4000-8000-00000000a${agentKinds.indexOf(kind).toString().padStart(3, "0")}`;

/** The kinds that answer one message of a session at a time. */
const orderedKinds: readonly AgentKind[] = ["prompt", "lingering"];

export const isOrdered = (id: string): boolean => orderedKinds.some((kind) => agentId(kind) === id);

/** The agents of one process. Each kind behaves, or misbehaves, in its own way. */
export class SimulatedAgents implements AgentDirectory {
  private readonly agents: ReadonlyMap<string, Agent>;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly owner: Owner,
    /** Gets every turn of every process. */
    private readonly turns: Turn[],
  ) {
    this.agents = new Map(agentKinds.map((kind) => [agentId(kind), this.agent(kind)]));
  }

  get(id: string): Agent | undefined {
    return this.agents.get(id);
  }

  list(): readonly Agent[] {
    return [...this.agents.values()];
  }

  private agent(kind: AgentKind): Agent {
    return {
      id: agentId(kind),
      name: kind,
      kind,
      replyTimeoutSeconds: kind === "stalling" ? 8 : 120,
      replyOrder: orderedKinds.includes(kind) ? "one at a time" : "parallel",
      historyLimit: kind === "prompt" || kind === "deaf" ? 3 : 0,
      reply: (turn) => this.reply(kind, turn),
    };
  }

  private async *reply(kind: AgentKind, { sessionId, message, signal }: AgentTurn): AsyncGenerator<string> {
    const { random } = this;
    const turn: Turn = {
      sessionId,
      inReplyTo: message.id,
      isOrdered: orderedKinds.includes(kind),
      isFailing: kind === "failing",
      owner: this.owner,
      signal,
      isFinished: false,
      pieces: 0,
      text: "",
    };
    this.turns.push(turn);
    try {
      const pieces = random.between(1, 4);
      for (let piece = 0; piece < pieces; piece += 1) {
        if (kind === "deaf") await this.pause(random.below(300));
        else if (kind === "lingering") await this.pause(random.below(60));
        else if (kind !== "instant") await this.pause(random.below(40), signal);
        if (kind === "lingering" && signal.aborted) {
          await this.pause(random.below(1_000));
          throw signal.reason;
        }
        const text = `${piece === 0 ? `re ${message.content}` : ""} ${piece}`;
        if (!signal.aborted) {
          turn.pieces += 1;
          turn.text += text;
        }
        yield text;
        if (kind === "stalling") await this.pause(3_600_000, signal);
        if (kind === "failing") throw new Error("The model is not well");
      }
    } finally {
      turn.isFinished = true;
    }
  }

  /** Rejects with the signal's reason when the signal aborts. */
  private pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = this.scheduler.schedule(ms, resolve, this.owner);
      const stop = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", stop, { once: true });
    });
  }
}
