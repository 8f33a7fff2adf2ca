import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { run } from "./run.js";

const scriptFor = async (shell: string): Promise<string> => {
  let script = "";
  const write = (text: string) => {
    script += text;
  };
  const complain = (line: string) => expect.fail(line);
  const code = await run(["completion", shell], {
    env: {},
    write,
    complain,
    signal: new AbortController().signal,
  });
  expect(code).toBe(0);
  return script;
};

describe("adjourn completion", () => {
  test.each(["bash", "zsh", "fish"])("for %s knows every command and option", async (shell) => {
    const script = await scriptFor(shell);
    for (const word of ["list", "show", "erase", "completion", "dry-run", "messages"])
      expect(script).toContain(word);
  });

  test("completes in bash", async () => {
    const complete = (...words: string[]) =>
      execFileSync(
        "bash",
        [
          "-c",
          `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _adjourn; echo "\${COMPREPLY[*]}"`,
          "bash",
          ...words,
        ],
        {
          encoding: "utf8",
        },
      ).trim();
    const script = await scriptFor("bash");
    expect(complete("adjourn", "en")).toBe("end endings");
    expect(complete("adjourn", "end", "--")).toBe(
      "--user --agent --older-than --idle-for --activity --reason --dry-run --json --help",
    );
    expect(complete("adjourn", "completion", "z")).toBe("zsh");
  });
});
