export type Method = (...args: readonly unknown[]) => unknown;

/** Wraps a method; null passes the call on as it is. */
export type Wrap = (name: string, method: Method) => Method | null;

/**
 * A view of `target` whose methods go through `wrap`, each wrapped once, when it is first read. Other properties are read
 * from the target.
 */
export const wrapMethods = <Target extends object>(target: Target, wrap: Wrap): Target => {
  const wrapped = new Map<PropertyKey, Method>();
  return new Proxy(target, {
    get(_, name) {
      const known = wrapped.get(name);
      if (known) return known;
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method: Method = (...args) => Reflect.apply(value, target, args);
      const made = wrap(String(name), method) ?? method;
      wrapped.set(name, made);
      return made;
    },
  });
};

/** A view of `target` with one method replaced. A proxy, since the target may be an instance of a class. */
export const withMethod = <Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  method: Target[Name],
): Target => new Proxy(target, { get: (_, key) => (key === name ? method : Reflect.get(target, key)) });
