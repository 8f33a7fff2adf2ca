import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Adjourn, createAdjourn } from "./create-adjourn.js";
import type { Overrides } from "./overrides.js";
import type { Settings } from "./settings.js";

export interface RunningServer extends Pick<Adjourn, "close"> {
  /** The address it listens on, without a trailing slash. */
  readonly url: string;
}

/**
 * Creates a server and listens on the host and port of the settings.
 * @throws SettingError for a setting that turns out to be wrong when it is used
 */
export const startServer = async (settings: Settings, overrides: Overrides = {}): Promise<RunningServer> => {
  const { server, close } = await createAdjourn(settings, overrides);
  try {
    server.listen(settings.port, settings.host);
    await once(server, "listening");
  } catch (error) {
    await close();
    throw error;
  }
  return { url: urlOf(server.address() as AddressInfo, settings.host), close };
};

/** A wildcard host is reachable at loopback. */
const urlOf = ({ port }: AddressInfo, host: string): string => {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
};
