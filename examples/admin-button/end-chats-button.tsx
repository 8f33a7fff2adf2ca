import { useEffect, useRef, useState } from "react";

const readTotal = async (userId: string): Promise<number> => {
  const response = await fetch(`/customers/${userId}/chats`);
  if (!response.ok) throw new Error("The chats could not be counted");
  return ((await response.json()) as { total: number }).total;
};

const endChats = async (userId: string, reason: string): Promise<number> => {
  const response = await fetch(`/customers/${userId}/end-chats`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ reason }),
  });
  if (!response.ok) throw new Error("The chats could not be ended");
  return ((await response.json()) as { ended: number }).ended;
};

/** Ends all chats of a customer, once it is confirmed. */
export const EndChatsButton = ({ userId }: { userId: string }) => {
  const [total, setTotal] = useState(0);
  const [result, setResult] = useState("");
  const dialog = useRef<HTMLDialogElement>(null);
  const fail = (error: Error) => setResult(error.message);

  useEffect(() => {
    readTotal(userId).then(setTotal, fail);
  }, [userId]);

  const confirm = async (form: FormData) => {
    dialog.current?.close();
    const ended = await endChats(userId, String(form.get("reason")));
    setResult(`Chats ended: ${ended}`);
    setTotal(await readTotal(userId));
  };

  return (
    <>
      <button type="button" disabled={total === 0} onClick={() => dialog.current?.showModal()}>
        End chats ({total})
      </button>
      <p role="status">{result}</p>
      <dialog ref={dialog} role="alertdialog" aria-label="End chats">
        <form action={(form) => confirm(form).catch(fail)}>
          <p>The chats end at once, for the customer too. The messages stay.</p>
          <label>
            Reason <input name="reason" maxLength={200} />
          </label>
          <button type="submit">End chats</button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </form>
      </dialog>
    </>
  );
};
