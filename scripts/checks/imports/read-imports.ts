import { parseSync } from "rolldown/utils";
import { lineAt } from "../repo-files.js";

export interface Import {
  /** Null where it is computed when the program runs, so that nobody can say what it is. */
  readonly specifier: string | null;
  /** Gone once compiled. `import { type A }` is not: its file is still loaded. */
  readonly typeOnly: boolean;
  readonly line: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

const literal = (node: unknown): string | null =>
  isNode(node) && node.type === "Literal" && typeof node.value === "string" ? node.value : null;

const isCallOf = (node: Node, name: string): boolean =>
  node.type === "CallExpression" && isNode(node.callee) && node.callee.name === name;

/** What a node asks to be loaded; undefined for the great many that ask for nothing. */
const requestOf = (node: Node): Omit<Import, "line"> | undefined => {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration": {
      if (!isNode(node.source)) return undefined;
      return {
        specifier: literal(node.source),
        typeOnly: node.importKind === "type" || node.exportKind === "type",
      };
    }
    case "ImportExpression":
      return { specifier: literal(node.source), typeOnly: false };
    case "TSImportType":
      return { specifier: literal(node.source ?? node.argument), typeOnly: true };
    case "TSExternalModuleReference":
      return { specifier: literal(node.expression), typeOnly: false };
    default: {
      if (!isCallOf(node, "require")) return undefined;
      const [first] = Array.isArray(node.arguments) ? node.arguments : [];
      return { specifier: literal(first), typeOnly: false };
    }
  }
};

/** Everything that a TypeScript or JavaScript file loads: static, dynamic, type, re-export, require. */
export const readImports = (path: string, source: string): Import[] => {
  const { program, errors } = parseSync(path, source);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const found: Import[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isNode(value)) return;
    const request = requestOf(value);
    if (request) found.push({ ...request, line: lineAt(source, value.start) });
    Object.values(value).forEach(visit);
  };
  visit(program);
  return found;
};
