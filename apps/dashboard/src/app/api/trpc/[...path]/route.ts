import { adminKey } from "../../../../server/admin-cookie";
import { callApi } from "../../../../server/api";
import { boundedBody } from "../../../../server/bounded-body";
import { isAllowedHost, isSameOrigin } from "../../../../server/request-origin";
import { trpcRefusal } from "../../../../server/trpc-refusal";

/** No call that the pages make takes long; one that hangs would hold a dialog open. */
const answerWithinMs = 10_000;
// The API's own limit; a longer body would be refused there.
const maxBodyBytes = 128 * 1_024;
const answeredHeaders = ["content-type", "retry-after", "x-request-id"];

/** Hands the browser's calls on to the API and adds the admin key, which no script ever sees. */
const handOn = async (
  request: Request,
  { params }: { params: Promise<{ path: string[] }> },
): Promise<Response> => {
  if (!(await isAllowedHost(request.headers)) || !isSameOrigin(request.headers))
    return trpcRefusal("FORBIDDEN", "This page may not call Adjourn");
  const { path } = await params;
  const body = request.method === "POST" ? await boundedBody(request, maxBodyBytes) : undefined;
  if (body === null) return trpcRefusal("PAYLOAD_TOO_LARGE", "The request is too long");
  const target = `${path.map(encodeURIComponent).join("/")}${new URL(request.url).search}`;
  try {
    const answer = await callApi(target, {
      method: request.method,
      key: await adminKey(),
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(answerWithinMs)]),
      ...(body === undefined
        ? {}
        : { body: Buffer.from(body), headers: { "content-type": "application/json" } }),
    });
    const headers = new Headers({ "cache-control": "no-store" });
    for (const name of answeredHeaders) {
      const value = answer.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    return new Response(answer.body, { status: answer.status, headers });
  } catch {
    return trpcRefusal("SERVICE_UNAVAILABLE", "The Adjourn API can't be reached");
  }
};

export { handOn as GET, handOn as POST };
