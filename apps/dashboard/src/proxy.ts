import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { env } from "./env";
import { contentSecurityPolicy } from "./requests/content-security-policy";
import { pathHeader } from "./requests/path-header";
import { isAllowedHost } from "./requests/request-origin";

/** Runs before every page and file: checks the host and sets the content security policy. */
export const proxy = async (request: NextRequest): Promise<NextResponse> => {
  if (!(await isAllowedHost(request.headers)))
    return new NextResponse("Without keys Adjourn answers on this machine's own names alone.\n", {
      status: 403,
    });
  const { publicApiUrl, development } = env();
  const nonce = randomBytes(16).toString("base64");
  const policy = contentSecurityPolicy(nonce, publicApiUrl, development);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set(pathHeader, request.nextUrl.pathname + request.nextUrl.search);
  // Next reads the nonce for its own scripts from the request's policy.
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
};

// The routes under /api check the host themselves and answer in their own format.
export const config = { matcher: "/((?!api/).*)" };
