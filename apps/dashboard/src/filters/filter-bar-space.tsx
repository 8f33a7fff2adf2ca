/** A placeholder as high as the filter bar, shown while its code is loading. */
export const FilterBarSpace = () => (
  <div className="mb-4 h-47.5 sm:h-31 xl:h-20 min-[105rem]:h-9" aria-hidden="true" />
);
