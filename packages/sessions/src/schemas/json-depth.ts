/**
 * Whether objects and arrays stand more than `levels` deep in each other; a scalar has no level. Not recursive, since it
 * protects what is recursive (`JSON.stringify`, zod, databases) from running out of stack.
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
