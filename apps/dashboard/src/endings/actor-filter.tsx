"use client";

import { useCallback, useId, useMemo } from "react";
import { TypedFilter } from "../filters/typed-filter";
import type { SetFilter } from "../filters/use-url-filter";
import type { Ending } from "../lists/records";

interface ActorFilterProps {
  readonly endings: readonly Ending[];
  readonly actor: string | undefined;
  readonly setFilter: SetFilter;
}

export const ActorFilter = ({ endings, actor, setFilter }: ActorFilterProps) => {
  const id = useId();
  const known = useMemo(
    () => [...new Set(endings.flatMap((ending) => ending.actor ?? []))].sort(),
    [endings],
  );
  const choose = useCallback((name: string) => setFilter({ actor: name }), [setFilter]);
  return (
    <>
      <TypedFilter
        label="Actor, the name of a key"
        placeholder="All actors"
        value={actor ?? ""}
        onChange={choose}
        list={id}
      />
      <datalist id={id}>
        {known.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
};
