import { expect, test } from "vitest";
import { temporaryRepo } from "../../checks/temporary-repo.js";
import { settingProblem } from "./setting-problem.mjs";

/** An env.js as a built program has it: its reader refuses `name` where it is "wrong". */
const reader = (read: string, name: string) => `
  export class SettingError extends Error { name = "SettingError"; }
  export const ${read} = (env) => { if (env.${name} === "wrong") throw new SettingError("${name} is wrong"); };
`;

test("a wrong setting of either program is said in that program's one line, before any of them starts", async () => {
  using repo = temporaryRepo({
    "package.json": '{ "type": "module" }',
    "apps/api/dist/env.js": reader("readSettings", "HOST"),
    "apps/dashboard/dist/env.js": reader("readEnv", "API_URL"),
  });
  expect(await settingProblem(repo.root, {})).toBeNull();
  expect(await settingProblem(repo.root, { HOST: "wrong", API_URL: "wrong" })).toBe("HOST is wrong");
  expect(await settingProblem(repo.root, { API_URL: "wrong" })).toBe("API_URL is wrong");
});
