import type { RequestTarget } from "@adjourn/router";

export const isSocketIoPath = ({ path }: RequestTarget): boolean =>
  path === "/socket.io/" || path === "/socket.io";
