import { createServer } from "node:net";

/**
 * Listens on a port and closes it again.
 * @param {number} port 0 for any
 * @param {string} host
 * @returns {Promise<number>} the port; rejects as `listen` does
 */
export const tryPort = (port, host) =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });

/**
 * Why a port can't be had, in one line; null where it can, and where what was given is no port, which is the
 * program's own to refuse.
 * @param {string} name of the setting
 * @param {string} given
 * @param {string} host
 */
export const portProblem = async (name, given, host) => {
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return null;
  try {
    await tryPort(port, host);
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "EADDRINUSE")
      return `${name} ${given} is in use: stop what listens there, or set ${name} to another port.`;
    if (code === "EACCES")
      return `${name} ${given} may not be listened on: set ${name} to a port above 1023.`;
    return null;
  }
};
