import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type AppRouter, appRouter, type Context, createLocalCalls, type LocalCalls } from "@adjourn/router";
import { type ContextOptions, createHostContext } from "./host-context.js";
import { openAdjourn } from "./open-adjourn.js";
import { type AdjournOptions, readOptions } from "./options.js";
import { closeEndpoints } from "./shut-down.js";

/** A server in another program, which listens and passes requests on. */
export interface Adjourn {
  /**
   * Answers a request. Where `next` is given, a path that is no endpoint's is left to it, so that this is a middleware of
   * Express.
   */
  handler(request: IncomingMessage, response: ServerResponse, next?: () => unknown): void;
  /** Takes a WebSocket of an endpoint, or refuses it by status. False for any other upgrade, which it does not touch. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** The operations by operationId, with an admin's rights, without network. */
  readonly sessions: LocalCalls;
  /** The procedures, for an application's own tRPC router. */
  readonly router: AppRouter;
  /** The context that the procedures need, for whichever of tRPC's adapters serves them. */
  createContext(options: ContextOptions): Promise<Context>;
  /**
   * Drops subscribers, refuses new calls, gives replies in flight `graceMs`, then closes what it has opened. The program's
   * server stays open. Idempotent.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Opens the store and the bus. Nothing listens, and no signal is handled.
 * @throws SettingError for an option that is wrong; StoreUnavailableError for a database that can't be reached
 */
export const createAdjourn = async (options: AdjournOptions = {}): Promise<Adjourn> => {
  const { settings, agents } = readOptions(options);
  const { endpoints, sessions, close } = await openAdjourn(settings, { agents });
  const { requests, upgrades, credentials } = endpoints;
  const principal = { role: "admin", name: null } as const;
  return {
    handler: (request, response, next) => {
      if (next && !requests.serves(request)) next();
      else requests.handle(request, response);
    },
    upgrade: (request, socket, head) => {
      if (!upgrades.serves(request)) return false;
      upgrades.handle(request, socket, head);
      return true;
    },
    sessions: createLocalCalls({ sessions, credentials, principal, requestId: "in-process" }),
    router: appRouter,
    createContext: createHostContext(endpoints, sessions),
    close: (graceMs = 0) => close({ graceMs, delayMs: 0 }, () => closeEndpoints(endpoints)),
  };
};
