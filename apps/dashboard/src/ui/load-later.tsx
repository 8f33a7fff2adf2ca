import { type ComponentType, lazy, type ReactNode, Suspense } from "react";

interface LoadLaterOptions<Props> {
  /** Shown until the code is there; a function of the component's properties, or the same for all. */
  readonly placeholder?: ReactNode | ((props: Props) => ReactNode);
  /** Load when it is rendered first. Otherwise loading begins at once, so that it goes on beside the page's first calls. */
  readonly onDemand?: boolean;
}

/** A component whose code is not part of the page's first load. For what shows nothing before the first answer anyway. */
export const loadLater = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { placeholder = null, onDemand = false }: LoadLaterOptions<Props> = {},
): ComponentType<Props> => {
  const begun = onDemand || typeof window === "undefined" ? null : load();
  // A failure is met again, and thrown, where the component is rendered.
  begun?.catch(() => {});
  const Loaded = lazy(async () => ({ default: await (begun?.catch(load) ?? load()) }));
  return (props) => (
    <Suspense fallback={typeof placeholder === "function" ? placeholder(props) : placeholder}>
      <Loaded {...props} />
    </Suspense>
  );
};
