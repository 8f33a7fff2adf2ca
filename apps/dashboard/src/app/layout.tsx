import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { isTheme, themeCookie } from "../shell/theme";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Adjourn", template: "%s · Adjourn" },
  description: "Live conversations with AI agents, and how they ended.",
  robots: { index: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fafaf8" },
    { media: "(prefers-color-scheme: dark)", color: "#101317" },
  ],
};

const RootLayout = async ({ children }: { readonly children: ReactNode }) => {
  const theme = (await cookies()).get(themeCookie)?.value;
  return (
    <html lang="en" data-theme={isTheme(theme) && theme !== "system" ? theme : undefined}>
      <body className="antialiased">{children}</body>
    </html>
  );
};

export default RootLayout;
