import type { IncomingMessage } from "node:http";
import { type SessionError, validationError } from "@adjourn/sessions";

/** Whether a request has more than one `Host`. Node shows only the first of them; a proxy may have gone by another. */
export const hasSeveralHosts = ({ rawHeaders }: IncomingMessage): boolean => {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts > 1;
};

export const severalHosts = (): SessionError =>
  validationError({ path: "", message: "a request has only one Host header" });
