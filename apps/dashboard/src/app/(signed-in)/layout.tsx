import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { accessWith } from "../../api-access/call-api";
import { adminKey } from "../../auth/admin-cookie";
import { env } from "../../env";
import { Frame } from "../../shell/frame";
import { Providers } from "../../shell/providers";
import { isTheme, themeCookie } from "../../shell/theme";

const SignedInLayout = async ({ children }: { readonly children: ReactNode }) => {
  const key = await adminKey();
  const access = await accessWith(key);
  if (access === "key-needed" || access === "not-admin") redirect("/login");
  const theme = (await cookies()).get(themeCookie)?.value;
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <Providers publicApiUrl={env().publicApiUrl} nonce={nonce}>
      <Frame theme={isTheme(theme) ? theme : "system"} isSignedIn={key !== undefined}>
        {children}
      </Frame>
    </Providers>
  );
};

export default SignedInLayout;
