import { expect, it } from "vitest";
import { turnRefused } from "./refused-request.js";

const turned = (url: string): string => {
  const request = { method: "GET", url };
  turnRefused(request);
  return request.url;
};

it("serves paths of its own", () => {
  for (const url of ["/", "/sessions?q=a//b", "/endings/%41", "/a//b"]) expect(turned(url)).toBe(url);
});

it("refuses a target that names another host, or is no path", () => {
  for (const url of ["http://evil/", "HTTPS://evil/", "//evil/", "/\\evil/", "*", "evil", "", "/%"])
    expect(turned(url), url).toBe("/api/refused/400");
});
