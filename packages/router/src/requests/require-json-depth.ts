import { isNestedDeeperThan, limits, validationError } from "@adjourn/sessions";

/** What a wire wraps around an input counts on top: one level for a batch's object, and so on. */
export const maxJsonLevels = limits.jsonLevels;

/**
 * Refuses JSON that is nested deeper than anyone needs, before any code that is recursive sees it.
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
