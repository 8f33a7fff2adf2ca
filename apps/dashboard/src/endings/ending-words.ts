import type { Ending, EndingCause } from "../lists/records";

export const causeNames: Readonly<Record<EndingCause, string>> = {
  requested: "Requested",
  bulk: "Ended in bulk",
  expired: "Timed out",
  max_duration: "Maximum duration",
  blocked: "User blocked",
};

type Caller = Pick<Ending, "endedBy" | "actor" | "via">;

const viaNames: Readonly<Record<NonNullable<Ending["via"]>, string>> = { mcp: "MCP" };

/** Adds the protocol that the caller used, if the ending names it. */
const withVia = (who: string, { via }: Caller): string => (via ? `${who} via ${viaNames[via]}` : who);

const callerName = ({ endedBy, actor }: Caller): string => {
  switch (endedBy) {
    case "admin":
      return actor ? `admin ${actor}` : "an admin";
    case "service":
      return actor ? `service ${actor}` : "a service";
    case "session":
      return "its own user";
    case "anonymous":
      return "an anonymous caller";
    case "system":
      return "the system";
  }
};

/** Who ended a session and over which protocol, as the end of a sentence. */
export const whoEnded = (caller: Caller): string => withVia(callerName(caller), caller);

/** A short form of {@link whoEnded}. */
export const whoEndedShort = (caller: Caller): string =>
  withVia(caller.actor ? `${caller.endedBy} ${caller.actor}` : caller.endedBy, caller);

/** Why, in a sentence of its own. */
export const whyEnded = ({ cause, reason }: Pick<Ending, "cause" | "reason">): string => {
  if (reason) return `“${reason}”`;
  if (cause === "expired") return "Nobody was active before its timeout.";
  if (cause === "max_duration") return "It reached its maximum duration.";
  return "No reason was given.";
};
