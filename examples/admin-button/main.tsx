import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { EndChatsButton } from "./end-chats-button.js";

/** The customer's id is in the address: it is the `userId` of the customer's sessions. */
const userId = location.hash.slice(1) || "11111111-1111-4111-8111-111111111111";

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <p>{userId}</p>
      <EndChatsButton userId={userId} />
    </StrictMode>,
  );
