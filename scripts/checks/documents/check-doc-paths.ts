import { existsSync } from "node:fs";
import { posix } from "node:path";
import { type Findings, lineAt, listFiles, readText } from "../repo-files.js";

const link = /\]\(([^)\s]+)\)/g;
const code = /`([^`\n]+)`/g;

/** A path that a reader would expect in the repository: in a top folder, or a file at the root. */
const namesPath = (text: string, topFolders: readonly string[]): boolean =>
  /^[\w./@-]+$/.test(text) && topFolders.some((folder) => text.startsWith(`${folder}/`));

const expectedPaths = (markdown: string, topFolders: readonly string[]): [path: string, offset: number][] => {
  const links = [...markdown.matchAll(link)]
    .map((match): [string, number] => [(match[1] ?? "").replace(/#.*$/, ""), match.index])
    .filter(([target]) => target !== "" && !/^[a-z]+:/.test(target));
  const named = [...markdown.matchAll(code)]
    .map((match): [string, number] => [match[1] ?? "", match.index])
    .filter(([text]) => namesPath(text, topFolders))
    .map(([text, offset]): [string, number] => [`/${text}`, offset]);
  return [...links, ...named];
};

/** Every path of the repository that a document names, in backticks or as a link, is there. */
export const checkDocPaths = (root: string): Findings => {
  const files = listFiles(root);
  const topFolders = [
    ...new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0] ?? "")),
  ];
  return files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => {
      const markdown = readText(root, file);
      return expectedPaths(markdown, topFolders).flatMap(([path, offset]) => {
        const target = path.startsWith("/") ? path.slice(1) : posix.join(posix.dirname(file), path);
        return existsSync(posix.join(root, target))
          ? []
          : [`${file}:${lineAt(markdown, offset)} names ${path}, which is not there`];
      });
    });
};
