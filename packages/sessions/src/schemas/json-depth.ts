/**
 * Whether objects and arrays are nested more than `levels` deep; a scalar has no level. Iterative, since it protects
 * recursive code (`JSON.stringify`, zod, databases) from a stack overflow.
 */
export const isNestedDeeperThan = (value: unknown, levels: number): boolean => {
  if (levels > 1 && isFlat(value)) return false;
  let containers = [value].filter(isContainer);
  for (let depth = 0; containers.length > 0; depth += 1) {
    if (depth === levels) return true;
    containers = containers.flatMap((one) => Object.values(one)).filter(isContainer);
  }
  return false;
};

/** Most inputs are, and are judged without a copy. */
const isFlat = (value: unknown): boolean => {
  if (!isContainer(value)) return true;
  for (const key in value) if (isContainer(Reflect.get(value, key))) return false;
  return true;
};

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;
