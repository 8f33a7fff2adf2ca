import { splitTarget } from "@adjourn/router";

/** What a request asks for; the path as it was sent, since resolving `..` would change which session is meant. */
export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

export const readAddress = (target: string | undefined): Address => {
  const { path, query } = splitTarget(target);
  return { path, query: new URLSearchParams(query) };
};
