import { openAdminCookie } from "../../../auth/admin-cookie";
import { cameOverHttps, isAllowedHost, isSameOrigin } from "../../../requests/request-origin";

export const POST = async (request: Request): Promise<Response> => {
  if (!(await isAllowedHost(request.headers)) || !isSameOrigin(request.headers))
    return new Response(null, { status: 403 });
  const cookie = await openAdminCookie(cameOverHttps(request.headers));
  cookie.destroy();
  return new Response(null, { status: 303, headers: { location: "/login" } });
};
