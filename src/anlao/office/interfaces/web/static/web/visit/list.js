// The list of visits: keeps today's sheets on the tablet, and forgets those that are over.

import { CACHE, forget, forgetPage, kept } from "./store.js";

const { user, visits, english } = JSON.parse(document.getElementById("state").textContent);
const say = (zh, en) => (english ? en : zh);
const note = document.getElementById("tablet");

async function cleanUp() {
  const rows = await kept(user);
  const over = new Set(rows.map((row) => row.visit).filter((visit) => !visits.includes(visit)));
  const left = document.getElementById("left");
  for (const visit of over) {
    const unsent = rows.filter((row) => row.visit === visit && !row.sent).length;
    if (unsent) left.append(leftOver(visit, unsent));
    else await forget(user, visit);
    await forgetPage(visit);
  }
  left.hidden = !left.childElementCount;
}

// Answers that the office no longer takes are thrown away by the assessor, never by us.
function leftOver(visit, unsent) {
  const line = document.createElement("p");
  line.className = "note warn";
  line.append(
    say(
      `这台平板上有${unsent}项答案没有发送，那次评估（${visit}）已提交或已结束。`,
      `${unsent} answers on this tablet were never sent, and assessment ${visit} is over. `,
    ),
  );
  const button = document.createElement("button");
  button.className = "button plain";
  button.textContent = say("删除这些答案", "Delete them");
  button.addEventListener("click", async () => {
    await forget(user, visit);
    line.remove();
  });
  line.append(button);
  return line;
}

async function keepPages() {
  await navigator.serviceWorker.register("/visits/worker.js", { scope: "/visits" });
  await navigator.serviceWorker.ready;
  const cache = await caches.open(CACHE);
  for (const path of ["/visits", ...visits.map((visit) => `/visits/${visit}`)]) {
    if (!(await cache.match(path))) await cache.add(path);
  }
  note.textContent = visits.length
    ? say(`${visits.length}份评分表已存到这台平板，没有网络也能打开。`, `${visits.length} score sheets are on this tablet and open without a network.`)
    : "";
  note.hidden = !visits.length;
  document.documentElement.dataset.offline = "ready";
}

if (navigator.onLine) {
  await cleanUp();
  if ("serviceWorker" in navigator) await keepPages();
} else {
  note.textContent = say("没有网络。已存到平板的评分表可以打开。", "No network. Sheets that are on this tablet open.");
  note.hidden = false;
}
