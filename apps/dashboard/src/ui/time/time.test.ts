import { expect, it } from "vitest";
import { formatCountdown } from "./time";

it("counts down in whole seconds, and never shows more than is left", () => {
  expect(formatCountdown(1_800_999)).toBe("30:00");
  expect(formatCountdown(3_725_000)).toBe("1:02:05");
  expect(formatCountdown(999)).toBe("00:00");
});
