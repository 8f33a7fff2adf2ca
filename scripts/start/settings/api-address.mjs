/**
 * Where a program on this machine reaches the API: a host that means all of them is reached at loopback.
 * @param {string} host
 * @param {string} port
 */
export const apiAddress = (host, port) => {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
};
