import { type Findings, listFiles, readText } from "../repo-files.js";

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Every dependency is pinned to one version, and has its line in docs/dependencies.md. */
export const checkDependencies = (root: string): Findings => {
  const explained = readText(root, "docs/dependencies.md");
  return listFiles(root)
    .filter((file) => /(^|\/)package\.json$/.test(file))
    .flatMap((file) => {
      const { dependencies, devDependencies } = JSON.parse(readText(root, file)) as PackageJson;
      return Object.entries({ ...dependencies, ...devDependencies }).flatMap(([name, version]) => [
        ...(/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) ? [] : [`${file}: ${name} is not pinned: ${version}`]),
        ...(name.startsWith("@adjourn/") || explained.includes(`\`${name}\``)
          ? []
          : [`${file}: docs/dependencies.md does not say what ${name} is for`]),
      ]);
    });
};
