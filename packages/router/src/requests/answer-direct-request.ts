import type { IncomingMessage, ServerResponse } from "node:http";
import { validationError } from "@adjourn/sessions";
import { requireAccess } from "../access.js";
import { type OperationName, runOperation } from "../call-operation.js";
import type { Context, Principal } from "../context.js";
import { invalidJson, type Refusal, toRefusal } from "../errors/refusal.js";
import { refusalShape } from "../errors/trpc-error-shape.js";
import { mayCompress, writeCompressible } from "../rest/compress-json.js";
import { CallerLeft, hasBody, readBytes } from "../rest/read-body.js";
import { BatchBudget } from "./batch-budget.js";
import { checkInput } from "./check-input.js";
import type { DirectRequest } from "./direct-request.js";
import { retryAfterOf, trpcVary } from "./trpc-request.js";

interface Answer {
  readonly body: object;
  readonly refusal: Refusal | null;
}

/** Whether the principal may call each of the operations with some input. If not, no body is read. */
export const mayCallEach = ({ names }: DirectRequest, principal: Principal): boolean => {
  try {
    for (const name of names) requireAccess(name, principal, undefined, "nothing");
    return true;
  } catch {
    return false;
  }
};

/** Answers as tRPC's own handler does: with the same checks in the same order, statuses, headers and bodies. */
export const answerDirectRequest = async (
  request: IncomingMessage,
  response: ServerResponse,
  direct: DirectRequest,
  ctx: Context,
  onError: (error: unknown, path: string) => void,
): Promise<void> => {
  const readInput = await createInputReader(request, direct);
  if (readInput === null) return;
  const batch = direct.isBatch ? new BatchBudget(request.socket) : null;
  const answer = async (name: OperationName, at: number): Promise<Answer> => {
    try {
      const input = readInput(at);
      checkInput(name, ctx.principal, input);
      const run = async () => ({ ok: true, data: await runOperation(name, ctx, input) });
      const { data } = await (batch ? batch.run(direct.type, run) : run());
      return { body: { result: { data } }, refusal: null };
    } catch (error) {
      onError(error, name);
      const refusal = toRefusal(error, ctx.requestId);
      return { body: { error: refusalShape(refusal, name) }, refusal };
    }
  };
  const [first] = direct.names;
  const isSingle = direct.names.length === 1 && first !== undefined;
  const answers = isSingle ? [await answer(first, 0)] : await Promise.all(direct.names.map(answer));
  await send(response, answers, direct);
};

const send = async (
  response: ServerResponse,
  answers: readonly Answer[],
  { isBatch, names }: DirectRequest,
): Promise<void> => {
  const json = JSON.stringify(isBatch ? answers.map(({ body }) => body) : answers[0]?.body);
  const status = statusOf(answers[0]);
  const isMixed = answers.some((answer) => statusOf(answer) !== status);
  const retryAfter = retryAfterOf(answers.flatMap(({ refusal }) => refusal ?? []));
  const headers = [
    "Content-Type",
    "application/json",
    "Cache-Control",
    "no-store",
    "Vary",
    trpcVary,
    ...(retryAfter === null ? [] : ["Retry-After", retryAfter]),
  ];
  if (mayCompress(names)) return writeCompressible(response, isMixed ? 207 : status, json, headers);
  response.writeHead(isMixed ? 207 : status, [...headers, "Content-Length", Buffer.byteLength(json)]);
  response.end(json);
};

const statusOf = (answer: Answer | undefined): number => answer?.refusal?.status ?? 200;

/** @returns what gives each call its input, or throws if there is none; null if the caller left before it was complete */
const createInputReader = async (
  request: IncomingMessage,
  { input, isBatch }: DirectRequest,
): Promise<((at: number) => unknown) | null> => {
  try {
    const inputs = parseInputs(hasBody(request) ? await readBytes(request) : input);
    if (!isBatch || inputs === undefined) return () => inputs;
    if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) throw noBatch();
    return (at) => Reflect.get(inputs, at);
  } catch (error) {
    if (error instanceof CallerLeft) return null;
    return () => {
      throw error;
    };
  }
};

const noBatch = () =>
  validationError({ path: "", message: '"input" needs to be an object when doing a batch call' });

const utf8 = new TextDecoder("utf-8", { fatal: true });

const parseInputs = (given: Buffer | string | undefined): unknown => {
  try {
    const text = typeof given === "object" ? utf8.decode(given) : given;
    return text === undefined || text === "" ? undefined : JSON.parse(text);
  } catch {
    throw invalidJson();
  }
};
