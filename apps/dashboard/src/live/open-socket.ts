import type { AdjournClient } from "@adjourn/client";
import { inBackground } from "./in-background";

/** A client whose subscriptions go directly to the API. Its code is not part of the first load. */
export const openSocket = async (
  publicApiUrl: string,
  api: AdjournClient["trpc"],
): Promise<AdjournClient> => {
  const { createClient } = await import("@adjourn/client");
  return createClient({
    url: publicApiUrl,
    // Requested for every socket: a ticket is valid for a minute.
    token: async () => (await api.issueTicket.mutate()).ticket,
  });
};

/**
 * Calls `use` once the client is there, unless it was stopped before. Returns the stop function, which calls the one that
 * `use` returned.
 */
export const whenOpen = (
  opening: Promise<AdjournClient>,
  use: (client: AdjournClient) => () => void,
  onFailed: () => void,
): (() => void) => {
  let isStopped = false;
  let stop = () => {};
  inBackground(
    opening.then((client) => {
      if (isStopped) return client.close();
      stop = use(client);
    }, onFailed),
  );
  return () => {
    isStopped = true;
    stop();
  };
};
