/**
 * The key `/` moves the focus to the page's search field. The browser gets the source of this function with the page, so that
 * the key works before any other script has loaded; it can refer to nothing outside itself.
 */
const listen = (): void =>
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

export const searchKeyScript = `(${listen})()`;
