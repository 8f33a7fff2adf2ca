const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("0\r\n\r\n");

/** Reads one answer at a time from a raw socket: by its `Content-Length`, or to the last chunk where it has none. */
export class AnswerReader {
  private received: Buffer = Buffer.alloc(0);
  private expected: number | null = null;
  private headLength = 0;

  constructor(private readonly answered: (status: number, body: () => string) => void) {}

  take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    if (this.headLength === 0) this.readHead();
    if (this.headLength === 0 || !this.isComplete()) return;
    const { received: all, headLength } = this;
    this.received = Buffer.alloc(0);
    this.expected = null;
    this.headLength = 0;
    this.answered(Number(all.toString("latin1", 9, 12)), () => all.toString("utf8", headLength));
  }

  private isComplete(): boolean {
    if (this.expected !== null) return this.received.length >= this.expected;
    return this.received.subarray(-lastChunk.length).equals(lastChunk);
  }

  private readHead(): void {
    const end = this.received.indexOf(headEnd);
    if (end < 0) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.received.toString("latin1", 0, end));
    this.headLength = end + headEnd.length;
    this.expected = length ? this.headLength + Number(length[1]) : null;
  }
}
