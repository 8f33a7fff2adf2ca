import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface TemporaryRepo extends Disposable {
  readonly root: string;
}

/** A folder with these files, gone at the end of the scope that holds it. */
export const temporaryRepo = (files: Readonly<Record<string, string>>): TemporaryRepo => {
  const root = mkdtempSync(join(tmpdir(), "adjourn-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
};
