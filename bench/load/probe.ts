import { once } from "node:events";
import { connect } from "node:net";

/**
 * Requests a server's health again and again on one connection. This process must be idle otherwise.
 * @returns a function that stops it and gives the time of the slowest answer in ms
 */
export const probe = async (port: number): Promise<() => number> => {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  await once(socket, "connect");
  let longest = 0;
  let sentAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const ask = () => {
    sentAt = performance.now();
    socket.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  };
  socket.on("data", () => {
    longest = Math.max(longest, performance.now() - sentAt);
    // A pause, so that the probe itself takes little of the server's time.
    timer = setTimeout(ask, 1);
  });
  ask();
  return () => {
    clearTimeout(timer);
    socket.destroy();
    return longest;
  };
};
