"use client";

import { useEffect, useMemo, useState } from "react";
import type { SessionRow } from "../../lists/records";
import { inBackground } from "../../live/in-background";
import { writeStored } from "../../ui/stored";

const storageKey = "adjourn_metadata_columns";
const mostFields = 4;
const mostOffered = 24;

/** The fields of the metadata that the operator has made columns, kept in this browser, and those to choose from. */
export const useMetadataFields = (rows: readonly SessionRow[]) => {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  // Read after the first rendering, which the server has done without it.
  useEffect(() => {
    const read = async () => {
      const stored = (await import("./stored-fields")).readStoredFields(storageKey, mostFields);
      // A choice that was made meanwhile is newer.
      setChosen((before) => (before.length > 0 ? before : stored));
    };
    inBackground(read());
  }, []);
  const offered = useMemo(
    () =>
      [...new Set([...chosen, ...rows.flatMap((row) => Object.keys(row.metadata))])].slice(0, mostOffered),
    [rows, chosen],
  );
  const toggle = (field: string) => {
    const next = chosen.includes(field) ? chosen.filter((one) => one !== field) : [...chosen, field];
    if (next.length > mostFields) return;
    setChosen(next);
    writeStored(storageKey, next);
  };
  return { chosen, offered, isFull: chosen.length >= mostFields, toggle };
};
