import { type Findings, readText } from "../repo-files.js";

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** npm drops what a registry lacks for this moment; a lock without it breaks `npm ci` on the platform it is for. */
export const checkLock = (root: string): Findings => {
  const lock = JSON.parse(readText(root, "package-lock.json")) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const isLocked = (parent: string, name: string): boolean => {
    // Node searches the parent's own node_modules first, then in each folder above it.
    for (
      let folder = parent;
      ;
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))
    ) {
      const entry = lock.packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`];
      if (entry) return entry.version !== undefined && entry.integrity !== undefined;
      if (folder === "") return false;
    }
  };
  return Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !isLocked(path, name))
      .map((name) => `package-lock.json: ${path} names the optional ${name}, which is not locked`),
  );
};
