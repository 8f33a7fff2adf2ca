import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const entry = fileURLToPath(new URL("session-page.ts", import.meta.url));

/** The page as one script, for a browser. React's development build is the one whose strict mode mounts twice. */
const bundlePage = async (): Promise<string> => {
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    // The directive "use client" has no meaning in a script.
    checks: { moduleLevelDirective: false },
    resolve: { conditionNames: ["adjourn-source", "browser", "import", "default"] },
    transform: { define: { "process.env.NODE_ENV": JSON.stringify("development") } },
  });
  const { output } = await bundle.generate({ format: "iife" });
  return output[0].code;
};

/** Serves the page at another origin than the API's. */
export const startPageServer = async (): Promise<AsyncDisposable & { readonly origin: string }> => {
  const script = await bundlePage();
  const html = `<!doctype html><title>Session</title><link rel="icon" href="data:,"><div id="root"></div><script src="/page.js"></script>`;
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
