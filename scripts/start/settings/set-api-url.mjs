import { apiAddress } from "./api-address.mjs";

// Loaded before the dashboard where it is not `npm start` that starts it: the API is where HOST and PORT put it. Not
// for the dashboard to read, since Next sets PORT to its own.
const { HOST = "127.0.0.1", PORT = "3000" } = process.env;
const address = apiAddress(HOST, PORT);
if (URL.canParse(address)) process.env.API_URL ??= address;
