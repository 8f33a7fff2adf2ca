import { accessWith } from "../../../api-access/call-api";
import { openAdminCookie } from "../../../auth/admin-cookie";
import { givenKeys } from "../../../auth/given-keys";
import { guessLimit } from "../../../auth/guess-limit";
import { loginPath, returnPath } from "../../../auth/return-path";
import type { SignInResult } from "../../../auth/sign-in-answer";
import { env } from "../../../env";
import { boundedBody } from "../../../requests/bounded-body";
import { clientNetwork } from "../../../requests/client-network";
import { cameOverHttps, isAllowedHost, isSameOrigin } from "../../../requests/request-origin";

const longestForm = 8_192;

/** Handles the login form, sent by its script or, before that has loaded, by the browser itself. */
export const POST = async (request: Request): Promise<Response> => {
  if (!(await isAllowedHost(request.headers)) || !isSameOrigin(request.headers))
    return reply(request, { status: 403, answer: "refused" }, "/");
  const network = clientNetwork(request.headers, env().trustProxy);
  const body = await boundedBody(request, longestForm);
  const form = new URLSearchParams(body ? Buffer.from(body).toString() : "");
  const judgement = await judge(form.get("key") ?? "", network);
  if (judgement.key !== undefined) {
    const cookie = await openAdminCookie(cameOverHttps(request.headers));
    cookie.adminKey = judgement.key;
    await cookie.save();
  }
  return reply(request, judgement, returnPath(form.get("next")));
};

interface Judgement extends SignInResult {
  readonly status: number;
  /** The admin key; only with `signed-in`. */
  readonly key?: string;
}

const limited = (retryAfter: number): Judgement => ({ status: 429, answer: "limited", retryAfter });
const wrong: Judgement = { status: 401, answer: "wrong" };

const judge = async (typed: string, network: string): Promise<Judgement> => {
  const counted: { forgive(): void }[] = [];
  for (const key of givenKeys(typed)) {
    // Each one is a call of the API, and counts.
    const guess = guessLimit().attempt(network);
    if ("retryAfter" in guess) return limited(guess.retryAfter);
    counted.push(guess);
    const access = await accessWith(key);
    if (access === "key-needed") continue;
    for (const { forgive } of counted) forgive();
    if (access === "not-admin") return { status: 403, answer: "not-admin" };
    if (access === "limited") return limited(60);
    if (access === "unreachable") return { status: 503, answer: "unreachable" };
    return { status: 200, answer: "signed-in", key };
  }
  return wrong;
};

const reply = (request: Request, { status, answer, retryAfter }: Judgement, next: string): Response => {
  if (!request.headers.get("accept")?.includes("application/json")) {
    const location = answer === "signed-in" ? next : loginPath(next, answer);
    return new Response(null, { status: 303, headers: { location } });
  }
  const headers = retryAfter === undefined ? undefined : { "retry-after": String(retryAfter) };
  return Response.json({ answer, retryAfter }, { status, headers });
};
