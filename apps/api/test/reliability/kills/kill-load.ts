import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { eventsPath } from "../../setup/subscribing.js";
import { echoId, typewriterId, userId } from "../../setup/test-server.js";
import { type Answer, restWire, type Wire } from "../../setup/wires.js";
import type { SeededRandom } from "../seeded-random.js";
import { type EndCall, type Ledger, newEndCall, type SessionNote } from "./ledger.js";
import { readChannel } from "./read-channel.js";

const clients = 8;

export interface Load {
  /** Resolves after that many answers. */
  answered(count: number): Promise<void>;
  /** From now on a call without an answer is what the kill did, and no failure. */
  expectKill(): void;
  /** Resolves once every client has noticed that nobody answers any more. */
  over(): Promise<void>;
}

/** Clients that each make their next random call as soon as the one before is answered, and note every answer. */
export const startLoad = (url: string, ledger: Ledger, random: SeededRandom): Load => {
  const load = new RandomLoad(url, ledger, random);
  const running = Promise.all(Array.from({ length: clients }, () => load.run()));
  running.catch(() => load.giveUp());
  return {
    answered: (count) => load.answered(count),
    expectKill: () => load.expectKill(),
    over: async () => {
      await running;
      load.closeSockets();
    },
  };
};

class RandomLoad {
  private readonly wire: Wire;
  private readonly sockets = new Set<WebSocket>();
  private answers = 0;
  private isKilled = false;
  private waiting: { readonly count: number; readonly resolve: () => void } | null = null;

  constructor(
    private readonly url: string,
    private readonly ledger: Ledger,
    private readonly random: SeededRandom,
  ) {
    this.wire = restWire(url);
  }

  answered(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiting = { count, resolve };
    });
  }

  expectKill(): void {
    this.isKilled = true;
  }

  giveUp(): void {
    this.waiting?.resolve();
  }

  closeSockets(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  async run(): Promise<void> {
    while (await this.act());
  }

  /** One random action; false once the server does not answer any more. */
  private act(): Promise<boolean> {
    const note = this.random.pick(this.ledger.recent());
    const dice = this.random.below(100);
    if (!note || dice < 14) return this.create();
    this.ledger.touch(note);
    if (dice < 50) return this.send(note, "websocket");
    if (dice < 68) return this.send(note, "http");
    if (dice < 78) return this.end(note);
    if (dice < 90) return this.renew(note, dice < 84 ? "renewSession" : "sessionHeartbeat");
    this.listen(note);
    return this.renew(note, "getSession");
  }

  private async create(): Promise<boolean> {
    const agentId = this.random.chance(0.5) ? echoId : typewriterId;
    const create = {
      key: randomUUID(),
      body: { agentId, userId, metadata: { nth: this.ledger.notes.length } },
    };
    const answer = await this.call("createSession", { ...create.body, idempotencyKey: create.key });
    if (!answer) {
      this.ledger.openCreates.push(create);
      return false;
    }
    expectStatus(answer, 201);
    this.ledger.created(create, answer.body);
    this.ledger.figures.creates += 1;
    return true;
  }

  private async send(note: SessionNote, transport: "websocket" | "http"): Promise<boolean> {
    const content = `${randomUUID()} said ${"at length ".repeat(this.random.below(20))}`.trim();
    note.possible.add(content);
    const metadata = { delayMs: this.random.below(8) };
    const input = { sessionId: note.sessionId, content, transport, metadata };
    const answer = await this.call("sendSessionMessage", input);
    if (!answer) return false;
    if (answer.status === 201) this.acknowledge(note, answer.body);
    else if (answer.status === 404) this.refuse(note, content, answer);
    else expectEnded(note, answer, transport === "http" && answer.code === "SESSION_ENDED");
    return true;
  }

  private acknowledge(note: SessionNote, body: Readonly<Record<string, unknown>>): void {
    note.acknowledged.set(String(body.id), String(body.content));
    const reply = body.agentResponse as { id: string; content: string } | undefined;
    if (reply) note.acknowledged.set(reply.id, reply.content);
    this.ledger.figures.messages += reply ? 2 : 1;
  }

  private refuse(note: SessionNote, content: string, answer: Answer): void {
    expectEnded(note, answer, answer.code === "SESSION_NOT_FOUND");
    note.possible.delete(content);
    note.refused.add(content);
  }

  /** Two concurrent callers, each with its own key: one ends the session, the other gets 404. */
  private async end(note: SessionNote): Promise<boolean> {
    const calls = [newEndCall(), newEndCall()];
    note.ends.push(...calls);
    const answered = await Promise.all(calls.map((call) => this.endOnce(note, call)));
    const winner = calls.some(({ answer }) => answer?.status === 200);
    if (winner) this.ledger.figures.ends += 1;
    if (!answered.every(Boolean)) return false;
    if (note.frozen !== null) return true;
    const frozen = await this.attempt(() => readChannel(this.wire, note.channelId));
    if (frozen) note.frozen ??= JSON.stringify(frozen);
    return frozen !== null;
  }

  private async endOnce({ sessionId }: SessionNote, call: EndCall): Promise<boolean> {
    const answer = await this.call("endSession", { sessionId, idempotencyKey: call.key });
    if (answer) call.answer = { status: answer.status, text: JSON.stringify(answer.body) };
    return answer !== null;
  }

  private async renew(note: SessionNote, operation: string): Promise<boolean> {
    const answer = await this.call(operation, { sessionId: note.sessionId });
    if (!answer) return false;
    if (answer.status !== 200) expectEnded(note, answer, answer.code === "SESSION_NOT_FOUND");
    else note.renewalCount = Math.max(note.renewalCount, Number(answer.body.renewalCount));
    if (answer.status === 200 && operation === "renewSession") this.ledger.figures.renewals += 1;
    return true;
  }

  private listen(note: SessionNote): void {
    if (note.isListenedTo) return;
    note.isListenedTo = true;
    const socket = new WebSocket(`${this.url.replace("http", "ws")}${eventsPath(note.sessionId)}`);
    this.sockets.add(socket);
    socket.on("error", () => {});
    socket.on("message", (data) => {
      const event = JSON.parse(String(data));
      note.lastEventId = event.id;
      if (event.type !== "message") return;
      note.received.push(event.message.id);
      note.acknowledged.set(event.message.id, event.message.content);
      this.ledger.figures.received += 1;
    });
  }

  private call(operation: string, input: Record<string, unknown>): Promise<Answer | null> {
    return this.attempt(() => this.wire.call(operation, input));
  }

  /** Null where no answer came because the process was killed. */
  private async attempt<Result>(ask: () => Promise<Result>): Promise<Result | null> {
    try {
      const result = await ask();
      this.answers += 1;
      this.ledger.figures.answers += 1;
      if (this.waiting && this.answers >= this.waiting.count) this.waiting.resolve();
      return result;
    } catch (error) {
      if (!this.isKilled) throw error;
      this.ledger.figures.unanswered += 1;
      return null;
    }
  }
}

const expectStatus = (answer: Answer, status: number): void => {
  if (answer.status !== status) throw new Error(`${status} expected: ${JSON.stringify(answer)}`);
};

/** A refusal is right only where somebody has asked to end the session. */
const expectEnded = (note: SessionNote, answer: Answer, isTheRightOne: boolean): void => {
  if (note.ends.length === 0 || !isTheRightOne)
    throw new Error(`refused without an end of ${note.sessionId}: ${JSON.stringify(answer)}`);
};
