// What a tablet keeps of score sheets until it is sent: codes, answers and the versions they rest
// on, by user and visit. No names, no texts about people.

export const CACHE = "anlao-visits-1";
const NAME = "anlao-visits";

function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () =>
      asked.result.createObjectStore("answers", { keyPath: ["user", "visit", "code"] });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function run(mode, work) {
  const base = await open();
  try {
    return await new Promise((done, failed) => {
      const step = base.transaction("answers", mode);
      const asked = work(step.objectStore("answers"));
      step.oncomplete = () => done(asked.result);
      step.onerror = step.onabort = () => failed(step.error);
    });
  } finally {
    base.close();
  }
}

const of = (user, ...visit) => IDBKeyRange.bound([user, ...visit], [user, ...visit, []]);

export const kept = (user, ...visit) =>
  run("readonly", (store) => store.getAll(of(user, ...visit)));

export const everything = () => run("readonly", (store) => store.getAll());

export const keep = (row) => run("readwrite", (store) => store.put(row));

export const forget = (user, visit) => run("readwrite", (store) => store.delete(of(user, visit)));

// Pages of visits that are over go, too: nothing about a person outlives her visit.
export async function forgetPage(visit) {
  await (await caches.open(CACHE)).delete(`/visits/${visit}`);
}
