import type { ServiceContext } from "../../context.js";
import { type Ending, toEnding } from "../../model/ending.js";
import type { EndingFilter, PagePosition } from "../../ports/index.js";
import type { Inputs } from "../../schemas/index.js";
import { toListFilter } from "../sessions/list-filter.js";

/** Endings read at a time. */
const pageEndings = 500;

/** All matching endings, newest first, in pages that are read when they are asked for. */
export const exportEndings = async (
  { store }: ServiceContext,
  { cause, actor, ...input }: Inputs["exportEndings"],
): Promise<AsyncGenerator<readonly Ending[], void>> =>
  readPages(store, { ...toListFilter(input), cause, actor });

async function* readPages(
  store: ServiceContext["store"],
  filter: EndingFilter,
): AsyncGenerator<readonly Ending[], void> {
  let after: PagePosition | undefined;
  do {
    const page = await store.listEndings(filter, { limit: pageEndings, after });
    yield page.endings.map(toEnding);
    after = page.next ?? undefined;
  } while (after);
}
