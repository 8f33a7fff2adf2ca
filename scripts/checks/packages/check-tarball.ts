import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { Findings } from "../repo-files.js";
import type { Packed } from "./packed.js";

/** What `publint` says about the package, suggestions included. */
export const lintTarball = async ({ data }: Packed): Promise<Findings> => {
  const { messages, pkg } = await publint({ pack: { tarball: data.buffer }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`);
};

/** What "are the types wrong" says about the package, for programs that import ES modules. */
export const checkTypes = async ({ data }: Packed): Promise<Findings> => {
  const result = await checkPackage(createPackageFromTarballData(data));
  if (!result.types) return ["attw: the package has no types"];
  return result.problems
    .filter((problem) => !("resolutionKind" in problem) || isModern(problem.resolutionKind))
    .map((problem) => `attw: ${JSON.stringify(problem)}`);
};

/** `require` of an ES module and resolution without `exports` are left out: the package is ESM only. */
const isModern = (resolutionKind: string): boolean =>
  resolutionKind === "node16-esm" || resolutionKind === "bundler";

/** Every file is a built one, or one that npm always packs. */
export const checkFiles = ({ files }: Packed, isBuilt: RegExp): Findings =>
  files
    .filter((file) => !isBuilt.test(file) && !/^(package\.json|README\.md|LICENSE)$/.test(file))
    .map((file) => `${file} does not belong into the package`);
