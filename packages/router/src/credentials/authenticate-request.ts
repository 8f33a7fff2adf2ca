import type { IncomingHttpHeaders } from "node:http";
import type { Credentials, Principal } from "../context.js";
import type { RequestTarget } from "../requests/request-target.js";

/**
 * Authenticates a request by a key, session token or ticket in `Authorization: Bearer …` or `X-API-KEY: …`, or by a ticket
 * in `?ticket=` for clients that cannot set headers. A key in an address would appear in logs, so it is not accepted there.
 * Other schemes are ignored: behind a proxy with a password, browsers send that password with every request.
 */
export const authenticateRequest = (
  credentials: Credentials,
  headers: IncomingHttpHeaders,
  { search }: Pick<RequestTarget, "search">,
): Promise<Principal> => {
  const header = credentialInHeaders(headers);
  return header !== null
    ? credentials.authenticate(header)
    : credentials.authenticate(credentials.inUse ? search.get("ticket") : null, "ticket");
};

const credentialInHeaders = (headers: IncomingHttpHeaders): string | null => {
  const { authorization } = headers;
  const bearer = authorization === undefined ? undefined : /^bearer +(\S.*)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer.trim();
  const apiKey = headers["x-api-key"];
  return (Array.isArray(apiKey) ? apiKey[0] : apiKey) ?? null;
};
