import type { Duplex } from "node:stream";
import { SessionError } from "@adjourn/sessions";
import { networkOf } from "../network-address.js";
import type { Sender } from "./client-address.js";

/** A connection or, behind a proxy, a request on one of the proxy's connections. */
export type Holder = Duplex | Sender;

/** Counts the holders of each address that have no admin or service key. */
export interface ConnectionSlots {
  take(address: string, holder: Holder): void;
  /** Releases a holder that has closed or that turns out to have a key. */
  free(holder: Holder): void;
  /** @throws SessionError `RATE_LIMITED` if the holder's address exceeds its limit */
  check(holder: Holder): void;
}

export const createConnectionSlots = (max: number): ConnectionSlots => {
  const counts = new Map<string, number>();
  const networks = new WeakMap<Holder, string>();
  return {
    take: (address, holder) => {
      const network = networkOf(address);
      networks.set(holder, network);
      counts.set(network, (counts.get(network) ?? 0) + 1);
    },
    free: (holder) => {
      const network = networks.get(holder);
      if (network === undefined) return;
      networks.delete(holder);
      const left = (counts.get(network) ?? 1) - 1;
      if (left > 0) counts.set(network, left);
      else counts.delete(network);
    },
    check: (holder) => {
      const network = networks.get(holder);
      if (network === undefined || (counts.get(network) ?? 0) <= max) return;
      throw new SessionError("RATE_LIMITED", `An address may hold at most ${max} connections`, {
        limit: max,
      });
    },
  };
};
