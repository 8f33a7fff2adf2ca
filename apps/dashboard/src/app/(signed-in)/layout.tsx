import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { accessWith } from "../../api-access/call-api";
import { adminKey } from "../../auth/admin-cookie";
import { loginPath } from "../../auth/return-path";
import { env } from "../../env";
import { pathHeader } from "../../requests/path-header";
import { Frame } from "../../shell/frame";
import { Providers } from "../../shell/providers";
import { isTheme, themeCookie } from "../../shell/theme";
import { earlyInputScript } from "../../shortcuts/early-input";

const SignedInLayout = async ({ children }: { readonly children: ReactNode }) => {
  const key = await adminKey();
  const access = await accessWith(key);
  const given = await headers();
  if (access === "key-needed" || access === "not-admin") redirect(loginPath(given.get(pathHeader) ?? "/"));
  const theme = (await cookies()).get(themeCookie)?.value;
  const nonce = given.get("x-nonce") ?? undefined;
  return (
    <Providers publicApiUrl={env().publicApiUrl} nonce={nonce}>
      <script nonce={nonce}>{earlyInputScript}</script>
      <Frame theme={isTheme(theme) ? theme : "system"} isSignedIn={key !== undefined}>
        {children}
      </Frame>
    </Providers>
  );
};

export default SignedInLayout;
