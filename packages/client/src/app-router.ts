/** The only import of the router: the build replaces this module's declarations with ones that import nothing of ours. */
export type { AppRouter } from "@adjourn/router";
