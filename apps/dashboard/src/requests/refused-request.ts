import type { IncomingMessage } from "node:http";

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** OPTIONS too, which Next answers by itself. */
const methods = ["GET", "HEAD", "POST", "OPTIONS"];

const badRequest: Refusal = { status: 400, message: "The address is malformed.", headers: {} };
const wrongMethod: Refusal = {
  status: 405,
  message: "This method is not served here.",
  headers: { allow: methods.join(", ") },
};

export const refusals: readonly Refusal[] = [badRequest, wrongMethod];

/** Next answers 500 to a request it can't parse. Such a request is rewritten to a route that answers 400 or 405. */
export const turnRefused = (request: Pick<IncomingMessage, "method" | "url">): void => {
  const refusal = refusalOf(request);
  if (refusal === null) return;
  request.url = `/api/refused/${refusal.status}`;
  if (request.method !== "HEAD") request.method = "GET";
};

const refusalOf = ({ method = "", url = "" }: Pick<IncomingMessage, "method" | "url">): Refusal | null => {
  if (!methods.includes(method)) return wrongMethod;
  // Next redirects to the host that an absolute target, or one with two slashes, names.
  const isPath = /^\/(?![/\\])/.test(url);
  return isPath && isDecodable(url.split(/[?#]/)[0] ?? "") ? null : badRequest;
};

const isDecodable = (path: string): boolean => {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
};
