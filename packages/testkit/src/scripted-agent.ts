import type { Agent, AgentTurn } from "@adjourn/sessions";

export const scriptedAgentId = "00000000-0000-4000-8000-00000000000a";

/** A reply that a test writes piece by piece. */
export class ScriptedReply {
  private readonly pieces: (string | Error | null)[] = [];
  private wake: () => void = () => {};

  constructor(readonly turn: AgentTurn) {}

  say(text: string): void {
    this.add(text);
  }

  finish(): void {
    this.add(null);
  }

  fail(error: Error): void {
    this.add(error);
  }

  /** Ignores the turn's signal, as a careless agent does. */
  async *read(): AsyncGenerator<string, void> {
    for (;;) {
      const piece = this.pieces.shift();
      if (piece === null) return;
      if (piece instanceof Error) throw piece;
      if (piece !== undefined) yield piece;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
  }

  private add(piece: string | Error | null): void {
    this.pieces.push(piece);
    this.wake();
  }
}

/** An agent whose replies a test controls. */
export class ScriptedAgent implements Agent {
  readonly id = scriptedAgentId;
  readonly name = "Scripted";
  readonly kind = "scripted";
  readonly replyTimeoutSeconds = 120;
  readonly historyLimit = 50;
  private readonly replies: ScriptedReply[] = [];
  private wake: () => void = () => {};

  reply(turn: AgentTurn): AsyncIterable<string> {
    const reply = new ScriptedReply(turn);
    this.replies.push(reply);
    this.wake();
    return reply.read();
  }

  /** Resolves with the next turn of the agent. */
  async nextTurn(): Promise<ScriptedReply> {
    for (;;) {
      const reply = this.replies.shift();
      if (reply) return reply;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
