import { createHash } from "node:crypto";
import { z } from "zod";

const documentShape = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string().optional() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .75rem 0; }
h2 { font: 600 1rem/1.4 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
dl { display: grid; grid-template-columns: 4rem 1fr; margin: .5rem 0 0; font-size: .9rem; }
dd { margin: 0; }`;

/** Allows the page's own style and nothing else. */
export const docsPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; frame-ancestors 'none'`;

/** The OpenAPI document for people: one page without a script. */
export const docsPage = (openApi: unknown): string => {
  const { info, paths } = documentShape.parse(openApi);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => articleOf(method, path, operation)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)}</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(info.title)} ${escapeHtml(info.version)}</h1>
<p>${escapeHtml(info.description ?? "")}</p>
<p>The document itself: <a href="/openapi.json">/openapi.json</a></p>
${operations.join("\n")}
</main></body></html>`;
};

const operationShape = z.object({
  operationId: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  responses: z.record(z.string(), z.object({ description: z.string().optional() })).optional(),
});

const articleOf = (method: string, path: string, operation: unknown): string => {
  const parsed = operationShape.safeParse(operation);
  if (!parsed.success) return "";
  const { operationId = "", summary = "", description = "", responses = {} } = parsed.data;
  const answers = Object.entries(responses).map(
    ([status, response]) =>
      `<dt>${escapeHtml(status)}</dt><dd>${escapeHtml(response.description ?? "")}</dd>`,
  );
  return `<article id="${escapeHtml(operationId)}"><h2>${escapeHtml(method.toUpperCase())} ${escapeHtml(path)}</h2>
<p><strong>${escapeHtml(summary)}</strong> ${escapeHtml(description)}</p><dl>${answers.join("")}</dl></article>`;
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
