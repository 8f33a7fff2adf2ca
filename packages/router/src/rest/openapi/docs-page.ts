import type { createOpenapiDocument } from "./openapi.js";

/** The parts of the OpenAPI document that the page shows. */
interface DocumentedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: { readonly content: Media };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Media }>>;
}
type Media = Readonly<
  Record<
    string,
    {
      readonly schema: object;
      readonly example?: unknown;
      readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
    }
  >
>;

/** Renders the OpenAPI document as one page without scripts, fonts or other external resources. */
export const renderDocsPage = (document: ReturnType<typeof createOpenapiDocument>): string => {
  const { info, paths, components } = document as {
    info: { title: string; version: string; description: string };
    paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
    components: { schemas: Readonly<Record<string, object>> };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(info.title)} API</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(info.title)} API <small>${escapeHtml(info.version)}</small></h1>
<p>${escapeHtml(info.description)} The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
</header>
<nav aria-label="Operations"><ul>
${operations.map(({ operation }) => `<li><a href="#${operation.operationId}">${escapeHtml(operation.summary)}</a></li>`).join("\n")}
</ul></nav>
<main>
${operations.map(({ path, method, operation }) => renderOperation(path, method, operation)).join("\n")}
<section><h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas)
  .map(([id, schema]) => `<h3 id="schema-${id}">${escapeHtml(id)}</h3>${code(schema)}`)
  .join("\n")}
</section>
</main>
</body>
</html>
`;
};

const renderOperation = (path: string, method: string, operation: DocumentedOperation): string => `
<section>
<h2 id="${operation.operationId}"><code>${method} ${escapeHtml(path)}</code></h2>
<p><strong>${escapeHtml(operation.summary)}.</strong> ${prose(operation.description ?? "")}</p>
${renderParameters(operation.parameters)}
${operation.requestBody ? `<h3>Body</h3>${renderMedia(operation.requestBody.content)}` : ""}
${Object.entries(operation.responses)
  .map(
    ([status, { description, content }]) =>
      `<details${status.startsWith("2") ? " open" : ""}><summary>${status} ${prose(description)}</summary>${renderMedia(content)}</details>`,
  )
  .join("\n")}
</section>`;

const renderParameters = (parameters: DocumentedOperation["parameters"]): string =>
  parameters.length === 0
    ? ""
    : `<table><thead><tr><th>Parameter</th><th>In</th><th>Schema</th></tr></thead><tbody>
${parameters
  .map(
    (parameter) =>
      `<tr><td><code>${escapeHtml(parameter.name)}</code>${parameter.required ? " (required)" : ""}</td><td>${parameter.in}</td><td><code>${escapeHtml(JSON.stringify(parameter.schema))}</code></td></tr>`,
  )
  .join("\n")}
</tbody></table>`;

const renderMedia = (content: Media = {}): string =>
  Object.entries(content)
    .map(([type, { schema, example, examples }]) => {
      const values =
        example === undefined ? Object.values(examples ?? {}).map(({ value }) => value) : [example];
      return `<p><small>${type}</small></p>${values.map(code).join("")}<details><summary>Schema</summary>${code(schema)}</details>`;
    })
    .join("");

const code = (value: unknown): string =>
  `<pre><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre>`;

const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `
:root { background: Canvas; color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h2 { border-top: 1px solid #8886; font-size: 1.1rem; overflow-wrap: anywhere; padding-top: 1.5rem; }
nav ul { columns: 20rem; }
pre { background: #8882; border-radius: 6px; padding: .75rem; white-space: pre-wrap; }
pre, td, th { overflow-wrap: anywhere; }
table { border-collapse: collapse; }
td, th { border: 1px solid #8886; padding: .25rem .5rem; text-align: left; }
summary { cursor: pointer; padding: .25rem 0; }
`;
