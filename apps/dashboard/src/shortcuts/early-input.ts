declare global {
  interface Window {
    /** By label, what was typed into a field; null once its component has it. */
    earlyTexts?: Map<string, string | null>;
  }
}

/**
 * Works before any other script of the page has loaded: the key `/` moves the focus to the search field, and what is typed
 * into a field is kept, since React may replace the server's markup before it is hydrated. The browser gets the source of
 * this function with the page, so it can refer to nothing outside itself.
 */
const listen = (): void => {
  const texts = new Map<string, string | null>();
  window.earlyTexts = texts;
  document.addEventListener("input", ({ target }) => {
    const label = target instanceof HTMLInputElement && target.getAttribute("aria-label");
    if (label && texts.get(label) !== null) texts.set(label, target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target instanceof HTMLElement && target.matches('input:not([type="checkbox"]), textarea, select'))
      return;
    if (document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
    const search = document.querySelector<HTMLInputElement>('input[type="search"]');
    if (!search) return;
    event.preventDefault();
    search.focus();
  });
};

export const earlyInputScript = `(${listen})()`;

/** What was typed into the field of this label before its component was there. */
export const earlyText = (label: string): string | undefined =>
  typeof window === "undefined" ? undefined : (window.earlyTexts?.get(label) ?? undefined);

/** {@link earlyText}, for the last time: from now on the component has what is typed. */
export const takeEarlyText = (label: string): string | undefined => {
  const text = earlyText(label);
  window.earlyTexts?.set(label, null);
  return text;
};
