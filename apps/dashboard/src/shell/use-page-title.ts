"use client";

import { useEffect } from "react";

/** The suffix of every page's title, see the root layout. */
const site = " · Adjourn";

/** Replaces the page's title by one that the server could not know; null leaves it. The next page has its own again. */
export const usePageTitle = (title: string | null): void => {
  useEffect(() => {
    if (title !== null) document.title = title + site;
  }, [title]);
};
