import { validationError } from "@adjourn/sessions";

/**
 * Refuses input with a key `__proto__` at any depth. No legitimate client sends one, and clients that read it back could
 * treat it as a prototype.
 * @throws SessionError `VALIDATION_ERROR`
 */
export const requireOrdinaryKeys = (input: unknown): void => {
  if (typeof input !== "object" || input === null) return;
  const open: { readonly value: unknown; readonly path: string }[] = [{ value: input, path: "" }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next;
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__"))
      throw validationError({ path, message: "can't have a key __proto__" });
    for (const key in value) {
      const inner: unknown = Reflect.get(value, key);
      if (typeof inner === "object") open.push({ value: inner, path: path === "" ? key : `${path}.${key}` });
    }
  }
};
