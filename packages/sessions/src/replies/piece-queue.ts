import { AsyncQueue } from "../async/async-queue.js";
import type { Chunk } from "../session-service.js";
import type { Piece } from "./in-flight-reply.js";

/** The pieces of one reply between the agent and a caller that reads them as chunks. */
export class PieceQueue {
  private readonly queue = new AsyncQueue<Piece>();
  private characters = 0;
  private nextIndex = 0;

  push(piece: Piece): void {
    this.characters += piece.text.length;
    this.nextIndex = piece.index + 1;
    this.queue.push(piece);
  }

  /** Adds what the bus has not delivered of the stored reply, and ends the queue. */
  close(content: string): void {
    const rest = content.slice(this.characters);
    if (rest !== "") this.push({ text: rest, index: this.nextIndex });
    this.queue.close(null);
  }

  fail(error: Error): void {
    this.queue.close(error);
  }

  async *read(messageId: string): AsyncGenerator<Chunk, void> {
    for await (const { text, index } of this.queue.read()) yield { messageId, chunk: text, index };
  }
}
