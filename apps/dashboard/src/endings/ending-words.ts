import type { Ending, EndingCause } from "../lists/records";
import type { BadgeTone } from "../ui/badge";

export const causeNames: Readonly<Record<EndingCause, string>> = {
  requested: "Requested",
  bulk: "Ended in bulk",
  expired: "Timed out",
  max_duration: "Maximum duration",
  blocked: "User blocked",
};

export const causeTones: Readonly<Record<EndingCause, BadgeTone>> = {
  requested: "accent",
  bulk: "danger",
  expired: "neutral",
  max_duration: "warning",
  blocked: "danger",
};

/** Who ended a session, as the end of a sentence. */
export const whoEnded = ({ endedBy, actor }: Pick<Ending, "endedBy" | "actor">): string => {
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

/** Who ended a session, in a word or two. */
export const whoEndedShort = ({ endedBy, actor }: Pick<Ending, "endedBy" | "actor">): string =>
  actor ? `${endedBy} ${actor}` : endedBy;

/** Why, in a sentence of its own. */
export const whyEnded = ({ cause, reason }: Pick<Ending, "cause" | "reason">): string => {
  if (reason) return `“${reason}”`;
  if (cause === "expired") return "Nobody was active before its timeout.";
  if (cause === "max_duration") return "It reached its maximum duration.";
  return "No reason was given.";
};
