import { isNestedDeeperThan, limits, validationError } from "@adjourn/sessions";

/** Without the levels that a wire adds around an input, such as one for a batch. */
export const maxJsonLevels = limits.jsonLevels;

/**
 * Refuses deeply nested JSON before any recursive code processes it.
 * @throws SessionError `VALIDATION_ERROR`
 */
export const requireJsonDepth = (value: unknown, levels: number = maxJsonLevels): void => {
  if (!isNestedDeeperThan(value, levels)) return;
  const path = deepField(value, levels) ?? "";
  throw validationError({ path, message: `is nested too deep: JSON may have ${maxJsonLevels} levels` });
};

const deepField = (value: unknown, levels: number): string | undefined =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? undefined
    : Object.entries(value).find(([, inner]) => isNestedDeeperThan(inner, levels - 1))?.[0];
