// Keeps the bar of a running job moving, and loads the page anew when the job is over.
const every = 1000;

async function look(card) {
  const answer = await fetch(card.dataset.job, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const job = await answer.json();
  if (job.over) {
    location.reload();
    return;
  }
  const bar = card.querySelector("progress");
  if (job.total) {
    bar.max = job.total;
    bar.value = job.done;
  }
  if (job.said) card.querySelector("[data-said]").textContent = job.said;
  setTimeout(() => look(card).catch(() => {}), every);
}

for (const card of document.querySelectorAll("[data-job][data-runs]")) {
  setTimeout(() => look(card).catch(() => {}), every);
}
