import { describeConnectionFailure } from "../http/connection-failure.js";
import { isContextTooLong } from "./context-too-long.js";
import type { ModelError } from "./read-model-error.js";

/** Why a model server gave no reply. */
export class ModelFailure extends Error {
  override readonly name = "ModelFailure";
  readonly isContextTooLong: boolean;
  /** The server does not know the option that asks for the usage. */
  readonly isStreamOptionRefused: boolean;

  /**
   * `predicate` completes a sentence about the server and contains nothing that the server sent. `status` is the HTTP
   * status, if it is an error status.
   */
  constructor(predicate: string, error?: ModelError, status?: number) {
    const code = error?.code === String(status) ? undefined : error?.code;
    super(`${predicate}${code === undefined ? "" : ` (${code})`}`);
    const isRefusal = status === 400 || status === 422;
    this.isStreamOptionRefused = isRefusal && /stream_options|include_usage/.test(error?.message ?? "");
    this.isContextTooLong = status === 413 || (error !== undefined && isContextTooLong(error, status));
  }
}

export const notACompletion = (): ModelFailure => new ModelFailure("sent what is no chat completion");

export const answerTooLong = (): ModelFailure => new ModelFailure("sent an event of more than 4 MiB");

/** One sentence for a log, without the key, the headers or any text of the conversation. */
export const describeModelFailure = (error: unknown, host: string): string =>
  `The model's server ${host} ${error instanceof ModelFailure ? error.message : describeConnectionFailure(error)}`;
