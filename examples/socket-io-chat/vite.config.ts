import { defineConfig } from "vite";
import { adjournUrl } from "./env.js";

const adjourn = { target: adjournUrl, changeOrigin: true, headers: { origin: adjournUrl } };

/** The page and the API have one origin in the browser, as behind a reverse proxy. */
export default defineConfig({
  root: import.meta.dirname,
  server: { proxy: { "/api": adjourn, "/socket.io": { ...adjourn, ws: true } } },
});
