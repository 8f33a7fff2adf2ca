import { type Caller, SessionError } from "@adjourn/sessions";
import type { Context, Principal } from "./context.js";

/**
 * `own`: only for the token's own session. `filtered`: only if the input selects one user or named sessions.
 */
type Rule = "yes" | "no" | "own" | "filtered";
type Role = Exclude<Principal["role"], "nobody">;

const adminOnly = { admin: "yes", service: "no", session: "no", anonymous: "yes" } as const;
const backends = { admin: "yes", service: "yes", session: "no", anonymous: "yes" } as const;
const backendsFiltered = { admin: "yes", service: "filtered", session: "no", anonymous: "yes" } as const;
const participants = { admin: "yes", service: "yes", session: "own", anonymous: "yes" } as const;
const anyone = { admin: "yes", service: "yes", session: "yes", anonymous: "yes" } as const;

/** The roles that may call each operation. An operation that is missing here is refused to everyone. */
export const accessTable = {
  createSession: backends,
  listSessions: backendsFiltered,
  getSessionsHealth: backends,
  getSession: participants,
  endSession: participants,
  renewSession: participants,
  updateSessionTimeout: backends,
  sessionHeartbeat: participants,
  sendSessionMessage: participants,
  cancelReply: participants,
  getSessionMessages: participants,
  sessionEvents: participants,
  getChannelMessages: backends,
  exportChannel: backends,
  exportEndings: adminOnly,
  eraseChannel: adminOnly,
  eraseUser: adminOnly,
  listEndings: adminOnly,
  getEnding: backends,
  getStatistics: adminOnly,
  endSessions: backendsFiltered,
  blockUser: adminOnly,
  unblockUser: adminOnly,
  listBlocks: adminOnly,
  issueTicket: anyone,
  listWebhookDeliveries: adminOnly,
  resendWebhook: adminOnly,
  listAgents: backends,
  adminEvents: adminOnly,
} as const satisfies Record<string, Readonly<Record<Role, Rule>>>;

/** The operationId of each operation, over whichever wire it can be called. */
export type OperationId = keyof typeof accessTable;

/** The input fields that select the sessions of a bulk operation. */
const narrowing: Partial<Record<string, readonly string[]>> = {
  listSessions: ["userId"],
  endSessions: ["userId", "sessionIds"],
};

/** Input fields that only admins may set, to anything but false. */
const adminFields: Partial<Record<string, string>> = { sessionEvents: "observe" };

/**
 * Refuses a caller without access. `input` is not validated yet. If only the address or nothing has been read so far,
 * rules that depend on the rest are checked by a second call.
 * @throws SessionError `UNAUTHORIZED`, `FORBIDDEN`
 */
export const requireAccess = (
  operation: string,
  principal: Principal,
  input: unknown,
  read: "all" | "address" | "nothing" = "all",
): void => {
  if (principal.role === "nobody")
    throw new SessionError(
      "UNAUTHORIZED",
      principal.why === "missing" ? "A key is required" : "The key is not valid",
    );
  const rule = Object.hasOwn(accessTable, operation)
    ? accessTable[operation as OperationId][principal.role]
    : "no";
  const adminField = adminFields[operation];
  if (adminField !== undefined && !isAdmin(principal) && fieldsOf(input)[adminField])
    throw new SessionError("FORBIDDEN", `Only an admin key may set ${adminField}`);
  if (rule === "yes" || (rule !== "no" && read === "nothing")) return;
  const given = fieldsOf(input);
  if (rule === "own" && principal.role === "session" && given.sessionId === principal.sessionId) return;
  if (rule === "filtered") {
    if (read === "address" || isNarrowed(operation, given)) return;
    throw new SessionError("FORBIDDEN", `This key must name one of: ${narrowing[operation]?.join(", ")}`);
  }
  throw new SessionError("FORBIDDEN", "This key may not do that");
};

const isAdmin = ({ role }: Principal): boolean => role === "admin" || role === "anonymous";

const isNarrowed = (operation: string, given: Fields): boolean =>
  (narrowing[operation] ?? []).some((field) => given[field] !== undefined && given[field] !== null);

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (input: unknown): Fields =>
  typeof input === "object" && input !== null ? (input as Fields) : {};

/** The caller to record in an ending. */
export const callerOf = ({ principal, via }: Pick<Context, "principal" | "via">): Caller => {
  switch (principal.role) {
    case "admin":
    case "service":
      return { endedBy: principal.role, actor: principal.name, via };
    case "session":
    case "anonymous":
      return { endedBy: principal.role, actor: null, via };
    case "nobody":
      throw new SessionError("UNAUTHORIZED", "A key is required");
  }
};
