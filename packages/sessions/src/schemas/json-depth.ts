/**
 * Whether objects and arrays are nested more than `levels` deep; a scalar has no level. Iterative, since it protects
 * recursive code (`JSON.stringify`, zod, databases) from a stack overflow.
 */
export const isNestedDeeperThan = (value: unknown, levels: number): boolean => {
  let containers = [value].filter(isContainer);
  for (let depth = 0; containers.length > 0; depth += 1) {
    if (depth === levels) return true;
    containers = containers.flatMap((one) => Object.values(one)).filter(isContainer);
  }
  return false;
};

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;
