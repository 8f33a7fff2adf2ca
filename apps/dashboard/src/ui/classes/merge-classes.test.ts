import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { twMerge } from "tailwind-merge";
import { expect, it } from "vitest";
import { mergeClasses } from "./merge-classes";

const src = fileURLToPath(new URL("../..", import.meta.url));

/** Every word in a string of the pages that can be a class, without its variants. */
const utilities = (): readonly string[] => {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".tsx"),
  );
  const words = files.flatMap((file) =>
    [...readFileSync(join(src, file), "utf8").matchAll(/"([^"\n]*)"/g)].flatMap(([, text = ""]) =>
      text.split(" "),
    ),
  );
  const bare = words.map((word) => word.replace(/^(?:[\w-]+(?:\[[^\]]*\]|\/[\w-]+)?:|\[[^\]]*\]:)*/, ""));
  return [...new Set(bare)].filter((word) => /^-?[a-z][\w./[\]()%,-]*$/.test(word));
};

/** The whole takes the names of our shadows for colours. */
const isOwnShadow = (word: string): boolean => /^shadow-(?:card|float)$/.test(word);

it("keeps and drops the same classes as all of tailwind-merge, for every pair of the pages' own", () => {
  const words = utilities();
  expect(words.length).toBeGreaterThan(300);
  const differences: string[] = [];
  for (const first of words)
    for (const second of words) {
      if (first === second || isOwnShadow(first) || isOwnShadow(second)) continue;
      const pair = `${first} ${second}`;
      if (mergeClasses(pair) !== twMerge(pair)) differences.push(pair);
    }
  expect(differences).toEqual([]);
});
