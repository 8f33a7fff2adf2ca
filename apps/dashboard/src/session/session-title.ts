import { shortId } from "../lists/records";

/** The title of a session's window, without the site's name. */
export const sessionTitle = (sessionId: string, isEnded: boolean): string =>
  `Session ${shortId(sessionId)}${isEnded ? " ended" : ""}`;
