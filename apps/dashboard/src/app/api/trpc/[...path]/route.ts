import { callApi } from "../../../../api-access/call-api";
import { trpcRefusal } from "../../../../api-access/trpc-refusal";
import { adminKey } from "../../../../auth/admin-cookie";
import { boundedBody } from "../../../../requests/bounded-body";
import { isAllowedHost, isSameOrigin } from "../../../../requests/request-origin";

/** The pages make only short calls; one that hangs would block a dialog. */
const answerWithinMs = 10_000;
// The API's own limit; a longer body would be refused there.
const maxBodyBytes = 128 * 1_024;
const answeredHeaders = ["content-type", "retry-after", "x-request-id"];

/** Forwards the browser's calls to the API and adds the admin key, which no script can read. */
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
