import type { SessionRow } from "../lists/records";

/** A session of the dialog; its row may not be loaded. */
export type SessionToEnd = Pick<SessionRow, "sessionId"> & Partial<SessionRow>;
