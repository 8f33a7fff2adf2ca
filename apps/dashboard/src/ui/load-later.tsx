import { type ComponentType, lazy, type ReactNode, Suspense } from "react";

interface LoadLaterOptions<Props> {
  /** Shown until the code is there; a function of the component's properties, or the same for all. */
  readonly placeholder?: ReactNode | ((props: Props) => ReactNode);
  /** Load at the first rendering. Otherwise loading begins at once, in parallel with the page's first calls. */
  readonly onDemand?: boolean;
}

/** A component that is not part of the page's first load. For those that show nothing before the API's first answer. */
export const loadLater = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { placeholder = null, onDemand = false }: LoadLaterOptions<Props> = {},
): ComponentType<Props> => {
  const begun = onDemand || typeof window === "undefined" ? null : load();
  // Rendering the component loads again, and throws if that fails too.
  begun?.catch(() => {});
  const Loaded = lazy(async () => ({ default: await (begun?.catch(load) ?? load()) }));
  return (props) => (
    <Suspense fallback={typeof placeholder === "function" ? placeholder(props) : placeholder}>
      <Loaded {...props} />
    </Suspense>
  );
};
