import type { Mutation } from "../world.js";

type Method = (this: object, ...args: unknown[]) => unknown;

/** Replaces a method, also a private one, until the run ends. */
export const patch = (
  owner: { readonly prototype: object },
  name: string,
  replace: (original: Method) => Method,
): Mutation => ({
  patch: () => {
    const original: Method = Reflect.get(owner.prototype, name);
    Reflect.set(owner.prototype, name, replace(original));
    return () => void Reflect.set(owner.prototype, name, original);
  },
});

export const both = (...mutations: readonly Mutation[]): Mutation => ({
  patch: () => {
    const restores = mutations.map((mutation) => mutation.patch?.());
    return () => {
      for (const restore of restores) restore?.();
    };
  },
});

export const nothing = (): Method => () => {};
const stateOf = (subscriber: object): unknown => Reflect.get(subscriber, "state");
export const seqOf = (delivery: unknown): number | null => (delivery as { readonly seq: number | null }).seq;

export const ignoreWhile =
  (state: string) =>
  (original: Method): Method =>
    function (...args) {
      return stateOf(this) === state ? undefined : original.apply(this, args);
    };
