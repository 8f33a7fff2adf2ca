import { randomUUID } from "node:crypto";
import { type Credentials, type Principal, toRefusal } from "@adjourn/router";
import { SessionError } from "@adjourn/sessions";
import { fieldsOf } from "./inbound-events.js";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The principal of a handshake: by `auth`, or else by the headers of its first request. @throws SessionError `UNAUTHORIZED` */
export const authenticateSocket = async (
  credentials: Credentials,
  auth: unknown,
  ofHeaders: Principal,
): Promise<Principal> => {
  const { apiKey, token } = fieldsOf(auth);
  const given = [apiKey, token].find((value) => typeof value === "string" && value !== "");
  const principal = typeof given === "string" ? await credentials.authenticate(given) : ofHeaders;
  if (principal.role === "nobody") throw new SessionError("UNAUTHORIZED", "Invalid or missing API Key");
  return principal;
};

/** The entity id that the client gave, or a new one. @throws SessionError `VALIDATION_ERROR` */
export const entityIdOf = (auth: unknown): string => {
  const { entityId } = fieldsOf(auth);
  if (entityId === undefined || entityId === null) return randomUUID();
  if (typeof entityId !== "string" || !uuid.test(entityId))
    throw new SessionError("VALIDATION_ERROR", "Valid entityId required");
  return entityId;
};

/** The error of a refused handshake, as a `connect_error`. Its sentence is one of those that ElizaOS has. */
export const connectError = (error: unknown): Error & { readonly data: object } => {
  const { code, message } = toRefusal(error);
  const isKnown = code === "UNAUTHORIZED" || code === "VALIDATION_ERROR";
  return Object.assign(new Error(isKnown ? message : "Authentication failed"), { data: { code } });
};
