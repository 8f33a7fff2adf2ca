export const adjournUrl = process.env.ADJOURN_URL ?? "http://127.0.0.1:3000";
export const adjournKey = process.env.ADJOURN_KEY;
