import { fileURLToPath } from "node:url";
import { createServer, type ViteDevServer } from "vite";

/** The names of the folders in `examples/` that have a page which vite serves. */
export type PageExample = "ai-sdk-chat" | "react-chat" | "socket-io-chat";

/** Serves the page of an example as its README says, for one API server. */
export const servePage = async (example: PageExample, url: string): Promise<ViteDevServer> => {
  const folder = fileURLToPath(new URL(`../../../../examples/${example}`, import.meta.url));
  process.env.ADJOURN_URL = url;
  const page = await createServer({
    configFile: `${folder}/vite.config.ts`,
    logLevel: "silent",
    server: { port: 0, host: "127.0.0.1" },
    // The sources, as in every test; the others are vite's own.
    resolve: { conditions: ["adjourn-source", "module", "browser", "development|production"] },
    cacheDir: `${folder}/node_modules/.vite-test`,
  });
  await page.listen();
  return page;
};
