import { readFile } from "node:fs/promises";
import { cpuRatioOf, type Figure } from "../figure.js";

/**
 * Compares how often the floor's processor time for one operation contains ours, which a busy machine disturbs far less
 * than elapsed time. What has no processor time is not compared.
 * @returns a line for each figure that is below its minimum in short-bounds.json
 */
export const boundFindings = async (figures: readonly Figure[]): Promise<readonly string[]> => {
  const text = await readFile(new URL("../short-bounds.json", import.meta.url), "utf8");
  const minimums = JSON.parse(text) as Record<string, number>;
  return figures.flatMap((figure) => {
    const ratio = 1 / cpuRatioOf(figure);
    if (Number.isNaN(ratio)) return [];
    const minimum = minimums[figure.name];
    if (minimum === undefined) return [`${figure.name} has no minimum in bench/short-bounds.json`];
    return ratio >= minimum ? [] : [`${figure.name}: ${ratio.toFixed(3)} is below its minimum ${minimum}`];
  });
};
