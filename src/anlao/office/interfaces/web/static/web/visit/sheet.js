// The score sheet: every answer is kept on the tablet at once and sent when there is a network.
// An answer that rests on another version than the office has is never written over: both are
// shown, and the assessor chooses.

import { keepApart, read, words, write } from "./form.js";
import { CACHE, keep, kept } from "./store.js";

const state = JSON.parse(document.getElementById("state").textContent);
const { user, visit, english, form } = state;
const say = (zh, en) => (english ? en : zh);
const sheet = document.getElementById("sheet");
const asked = new Map([...sheet.querySelectorAll("[data-code]")].map((e) => [e.dataset.code, e]));
const answers = new Map(Object.entries(state.answers).map(([code, one]) => [code, { ...one, sent: true }]));
let sending = false;
let trouble = "";

const isPrivate = (code) => "private" in asked.get(code).dataset;
const waiting = () => [...answers.values()].filter((one) => !one.sent && !one.conflict).length;

async function remember(code) {
  if (isPrivate(code)) return;
  const { value, version, sent, conflict, mark } = answers.get(code);
  await keep({ user, visit, code, value, version, sent, conflict, mark });
}

async function begin() {
  for (const row of await kept(user, visit)) {
    const known = answers.get(row.code);
    if (!row.sent || row.version > (known?.version ?? 0)) answers.set(row.code, row);
  }
  for (const code of answers.keys()) if (asked.has(code)) show(code);
  tell();
  await send();
  if ("serviceWorker" in navigator) await keepPage();
}

// The first time, the page itself was loaded before there was a worker to keep it.
async function keepPage() {
  await navigator.serviceWorker.register("/visits/worker.js", { scope: "/visits" });
  await navigator.serviceWorker.ready;
  const cache = await caches.open(CACHE);
  if (!(await cache.match(location.pathname))) await cache.add(location.pathname);
  document.documentElement.dataset.offline = "ready";
}

sheet.addEventListener("change", async (event) => {
  const box = event.target.closest("[data-code]");
  if (!box) return;
  keepApart(box, event.target);
  const value = read(box);
  if (value === undefined) return;
  const { code } = box.dataset;
  const before = answers.get(code);
  answers.set(code, {
    value,
    version: before?.conflict?.version ?? before?.version ?? 0,
    sent: false,
    mark: (before?.mark ?? 0) + 1,
  });
  show(code);
  tell();
  await remember(code);
  await send();
});

async function send() {
  if (sending) return;
  const going = [...answers].filter(([, one]) => !one.sent && !one.conflict);
  if (!going.length) return tell();
  sending = true;
  try {
    const told = await post(
      going.map(([code, one]) => ({ code, value: one.value, based_on: one.version })),
    );
    if (told) await take(told, new Map(going.map(([code, one]) => [code, one.mark])));
  } finally {
    sending = false;
    tell();
  }
  const changed = [...answers].some(
    ([code, one]) => !one.sent && !one.conflict && !one.refused && going.every(([c, o]) => c !== code || o !== one),
  );
  if (changed && !trouble) await send();
}

async function post(many) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  let answer;
  try {
    answer = await fetch(`/visits/${visit}/answers`, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ answers: many }),
    });
  } catch {
    trouble = "offline";
    return null;
  }
  trouble = "";
  if (answer.ok) return answer.json();
  if (answer.status === 409) {
    const why = await answer.json();
    trouble = say(why.zh, why.en);
  } else trouble = answer.type === "opaqueredirect" || answer.status === 403 ? "sign-in" : "broken";
  return null;
}

async function take(told, marks) {
  for (const { code, version } of told.saved) {
    const one = answers.get(code);
    one.version = version;
    one.sent = one.mark === marks.get(code);
    delete one.refused;
    await remember(code);
  }
  for (const { code, value, version } of told.conflicts) {
    const one = answers.get(code);
    one.conflict = { value, version };
    await remember(code);
    show(code);
  }
  for (const { code, zh, en } of told.refused) {
    answers.get(code).refused = say(zh, en);
    show(code);
  }
}

function show(code) {
  const box = asked.get(code);
  const one = answers.get(code);
  if (!box.contains(document.activeElement) || one.sent) write(box, one.value);
  else if (document.activeElement.type !== "text") write(box, one.value);
  const note = box.querySelector(".conflict");
  note.hidden = !one.conflict && !one.refused;
  note.replaceChildren();
  if (one.refused) note.append(paragraph(one.refused));
  if (!one.conflict) return;
  note.append(
    paragraph(say("办公室已有另一个答案（另一台设备），请选择：", "The office has another answer, from another device. Choose:")),
    choice(say("保留这里的：", "Keep the one here: ") + words(box, one.value, english), () => {
      answers.set(code, { value: one.value, version: one.conflict.version, sent: false, mark: (one.mark ?? 0) + 1 });
    }),
    choice(say("采用办公室的：", "Take the office’s: ") + words(box, one.conflict.value, english), () => {
      answers.set(code, { value: one.conflict.value, version: one.conflict.version, sent: true });
    }),
  );

  function choice(text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button plain";
    button.textContent = text;
    button.addEventListener("click", async () => {
      act();
      write(box, answers.get(code).value);
      show(code);
      tell();
      await remember(code);
      await send();
    });
    return button;
  }
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function tell() {
  const conflicts = [...answers.values()].filter((one) => one.conflict).length;
  const count = waiting();
  const saved = document.getElementById("saved");
  saved.dataset.state = conflicts ? "conflict" : count ? "waiting" : "saved";
  saved.replaceChildren();
  if (conflicts) saved.append(say(`${conflicts}项有两个答案，请选择。`, `${conflicts} answers are in conflict: choose. `));
  if (trouble === "sign-in") {
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = say("请重新登录", "sign in again");
    saved.append(say(`${count}项存在本机，尚未发送：`, `${count} answers are on this tablet, not sent: `), link);
  } else if (count && trouble === "offline") {
    saved.append(say(`没有网络：${count}项存在本机，联网后自动发送。`, `No network: ${count} answers are on this tablet and will be sent when there is one.`));
  } else if (count && trouble) {
    saved.append(say(`${count}项尚未发送：`, `${count} answers are not sent: `), trouble === "broken" ? say("服务器暂时不可用", "the office does not answer") : trouble);
  } else if (count) saved.append(say(`正在发送${count}项…`, `Sending ${count}…`));
  else if (!conflicts) saved.append(say("已全部保存到办公室。", "Everything is saved in the office."));
  totals();
}

function totals() {
  let points = 0;
  let open = 0;
  for (const group of form.groups) {
    const given = group.items.filter((code) => answers.get(code)?.value != null);
    const sum = given.reduce((all, code) => all + answers.get(code).value, 0);
    const row = document.querySelector(`[data-group="${group.code}"]`);
    row.querySelector("b").textContent = sum;
    row.querySelector("span").textContent = `${given.length}/${group.items.length}`;
    points += sum;
    open += group.items.length - given.length;
  }
  const row = document.querySelector("[data-total]");
  row.querySelector("b").textContent = say(`总分 ${points}/${form.max}`, `Total ${points}/${form.max}`);
  const level = form.levels.find((one) => points >= one.from);
  row.querySelector("span").textContent = open ? say(`还有${open}项`, `${open} to go`) : say(`初步等级：${level.name}`, `initial level: ${level.name}`);
  const disorder = (answers.get(form.diagnoses)?.value ?? []).includes(form.disorder);
  asked.get(form.psychiatrist).hidden = !disorder;
  if (!document.getElementById("gaps").hidden) showHindrance();
}

function gaps() {
  const lacking = form.needed.filter((code) => answers.get(code)?.value == null);
  if (!asked.get(form.psychiatrist).hidden && answers.get(form.psychiatrist)?.value == null) lacking.unshift(form.psychiatrist);
  return lacking;
}

// What stands in the way of handing in; it shortens while it is dealt with.
function hindrance() {
  const lacking = gaps();
  const conflicts = [...answers].filter(([, one]) => one.conflict).map(([code]) => code);
  if (lacking.length) {
    return [say(`还有${lacking.length}项没有填：`, `${lacking.length} items have no answer yet:`), lacking];
  }
  if (conflicts.length) return [say("请先在两个答案中选择：", "Choose between two answers first:"), conflicts];
  if (!waiting()) return null;
  return [say("还有答案没有发送到办公室；联网后再提交。", "Some answers are not sent yet; hand in when there is a network."), []];
}

function showHindrance() {
  const box = document.getElementById("gaps");
  const found = hindrance();
  box.hidden = !found;
  if (!found) return;
  box.querySelector("p").textContent = found[0];
  box.querySelector("ul").replaceChildren(
    ...found[1].map((code) => {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${code}`;
      link.textContent = asked.get(code).dataset.name;
      line.append(link);
      return line;
    }),
  );
}

sheet.addEventListener("submit", async (event) => {
  event.preventDefault();
  await send();
  showHindrance();
  const box = document.getElementById("gaps");
  if (box.hidden) return sheet.submit();
  box.querySelector("a")?.focus({ preventScroll: true });
  box.scrollIntoView({ block: "start" });
});

addEventListener("online", send);
addEventListener("offline", () => { if (waiting()) trouble = "offline"; tell(); });
setInterval(() => { if (waiting()) send(); }, 15000);

await begin();
