import { getIronSession, type IronSession } from "iron-session";
import { cookies } from "next/headers";
import { cookieSecret } from "./cookie-secret";

interface SignIn {
  adminKey?: string;
}

const name = "adjourn_admin";
const days = 7;

/** The sign-in of this request's browser. `secure` where the browser speaks https to us. */
export const openAdminCookie = async (secure: boolean): Promise<IronSession<SignIn>> =>
  getIronSession<SignIn>(await cookies(), {
    password: cookieSecret(),
    cookieName: name,
    ttl: days * 86_400,
    cookieOptions: { httpOnly: true, sameSite: "strict", path: "/", secure },
  });

/** Whether this request's browser signed in once, be it that its sign-in does not hold any more. */
export const hasAdminCookie = async (): Promise<boolean> => (await cookies()).has(name);

/** The admin key that this request's browser signed in with. */
export const adminKey = async (): Promise<string | undefined> =>
  (await hasAdminCookie()) ? (await openAdminCookie(false)).adminKey : undefined;
