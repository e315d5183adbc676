// Signing out clears the tablet. Whoever still has answers on it that were not sent is told first.

import { everything } from "./store.js";

const form = document.querySelector('form[action$="/sign-out"]');
const english = document.documentElement.lang === "en";
let told = false;

form?.addEventListener("submit", async (event) => {
  if (told) return;
  event.preventDefault();
  const unsent = (await everything()).filter((row) => !row.sent).length;
  told = true;
  if (!unsent) return form.submit();
  const note = document.createElement("p");
  note.className = "note bad";
  note.setAttribute("role", "alert");
  note.textContent = english
    ? `${unsent} answers on this tablet were not sent; signing out deletes them. Open “My visits” with a network first, or sign out once more to delete them.`
    : `这台平板上有${unsent}项答案还没有发送，退出会删除它们。请先联网打开“我的评估”；仍要退出并删除，请再点一次退出。`;
  document.getElementById("main").prepend(note);
  note.scrollIntoView();
});
