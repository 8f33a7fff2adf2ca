"use client";

export { AdjournProvider, type AdjournProviderProps } from "./adjourn-provider.js";
export type { SessionEnding, SessionMessage, SessionStatus } from "./session-state.js";
export { type UseSessionResult, useSession } from "./use-session.js";
