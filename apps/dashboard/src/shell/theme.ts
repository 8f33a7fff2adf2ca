/** Kept in a cookie, so that the page comes in the right colours at once. */
export const themeCookie = "adjourn_theme";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const isTheme = (value: unknown): value is Theme => themes.some((theme) => theme === value);
