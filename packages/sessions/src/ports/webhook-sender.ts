/** What came of one request to an endpoint. */
export interface SendResult {
  /** The HTTP status; null if there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  /** The beginning of the answer, at most 1 KiB. */
  readonly answer: string | null;
  /** The address is not allowed; another attempt would not be made either. */
  readonly isRefused: boolean;
}

/** Sends signed requests to the configured endpoints. */
export interface WebhookSender {
  /** The ids of the endpoints. */
  readonly endpoints: readonly string[];
  /** Never rejects. `sentAt` is in ms since the epoch. The signal ends it at once. */
  send(request: {
    readonly endpoint: string;
    readonly id: string;
    readonly body: string;
    readonly sentAt: number;
    readonly signal: AbortSignal;
  }): Promise<SendResult>;
}
