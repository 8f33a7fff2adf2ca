import { accessWith } from "../../../api-access/call-api";
import { openAdminCookie } from "../../../auth/admin-cookie";
import { createGuessLimit } from "../../../auth/guess-limit";
import type { SignInAnswer } from "../../../auth/sign-in-answer";
import { env } from "../../../env";
import { boundedBody } from "../../../requests/bounded-body";
import { clientNetwork } from "../../../requests/client-network";
import { cameOverHttps, isAllowedHost, isSameOrigin } from "../../../requests/request-origin";

const guesses = createGuessLimit();
const longestForm = 4_096;

/** Handles the login form, sent by its script or, before that has loaded, by the browser itself. */
export const POST = async (request: Request): Promise<Response> => {
  const { status, answer, retryAfter } = await judge(request);
  if (!request.headers.get("accept")?.includes("application/json"))
    return new Response(null, {
      status: 303,
      headers: { location: answer === "signed-in" ? "/" : `/login?answer=${answer}` },
    });
  const headers = retryAfter === undefined ? undefined : { "retry-after": String(retryAfter) };
  return Response.json({ answer, retryAfter }, { status, headers });
};

interface Judgement {
  readonly status: number;
  readonly answer: SignInAnswer;
  readonly retryAfter?: number;
}

const judge = async (request: Request): Promise<Judgement> => {
  if (!(await isAllowedHost(request.headers)) || !isSameOrigin(request.headers))
    return { status: 403, answer: "refused" };
  const guess = guesses.attempt(clientNetwork(request.headers, env().trustProxy));
  if ("retryAfter" in guess) return { status: 429, answer: "limited", retryAfter: guess.retryAfter };
  const body = await boundedBody(request, longestForm);
  const key = body && new URLSearchParams(Buffer.from(body).toString()).get("key")?.trim();
  if (!key || !/^[\x21-\x7e]+$/.test(key)) return { status: 401, answer: "wrong" };
  const access = await accessWith(key);
  if (access === "key-needed") return { status: 401, answer: "wrong" };
  guess.forgive();
  if (access === "not-admin") return { status: 403, answer: "not-admin" };
  if (access === "limited") return { status: 429, answer: "limited", retryAfter: 60 };
  if (access === "unreachable") return { status: 503, answer: "unreachable" };
  const cookie = await openAdminCookie(cameOverHttps(request.headers));
  cookie.adminKey = key;
  await cookie.save();
  return { status: 200, answer: "signed-in" };
};
