import type { IncomingHttpHeaders } from "node:http";
import type { Credentials, Principal } from "../context.js";

/**
 * Who a request comes from: a key, session token or ticket in `Authorization: Bearer …` or `X-API-KEY: …`, or, for what
 * cannot set a header, a ticket in `?ticket=`. A key in an address would end up in logs, so none is taken from there.
 * Another scheme is none of ours: where a proxy asks for a password, browsers send theirs along with everything.
 */
export const authenticateRequest = (
  credentials: Credentials,
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): Promise<Principal> => {
  const header = credentialInHeaders(headers);
  return header !== null
    ? credentials.authenticate(header)
    : credentials.authenticate(query.get("ticket"), "ticket");
};

const credentialInHeaders = (headers: IncomingHttpHeaders): string | null => {
  const bearer = /^bearer +(\S.*)$/i.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer.trim();
  const apiKey = headers["x-api-key"];
  return (Array.isArray(apiKey) ? apiKey[0] : apiKey) ?? null;
};
