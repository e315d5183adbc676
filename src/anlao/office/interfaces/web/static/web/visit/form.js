// Between what is ticked on the page and an answer as the office takes it.

export function read(asked) {
  const kind = asked.dataset.kind;
  const ticked = [...asked.querySelectorAll("input:checked")];
  if (kind === "item") return ticked.length ? Number(ticked[0].value) : null;
  if (kind === "one") return ticked.length ? ticked[0].value : null;
  if (kind === "many") {
    return ticked.filter((one) => !("nothing" in one.dataset)).map((one) => one.value).sort();
  }
  if (kind === "events") return counts(asked, ticked);
  const text = asked.querySelector("input").value.trim();
  if (kind === "number") return text === "" ? null : Number(text);
  return text;
}

// Every kind of event is answered, be it with none, or the item has no answer yet.
function counts(asked, ticked) {
  const kinds = new Set([...asked.querySelectorAll("input")].map((one) => one.dataset.kind));
  if (ticked.length < kinds.size) return undefined;
  return Object.fromEntries(
    ticked.filter((one) => one.value !== "0").map((one) => [one.dataset.kind, Number(one.value)]),
  );
}

export function write(asked, value) {
  const kind = asked.dataset.kind;
  for (const input of asked.querySelectorAll("input")) {
    if (kind === "item" || kind === "one") input.checked = value !== null && input.value === String(value);
    else if (kind === "many") {
      input.checked = "nothing" in input.dataset
        ? Array.isArray(value) && value.length === 0
        : (value ?? []).includes(input.value);
    } else if (kind === "events") {
      if (value) input.checked = Number(input.value) === (value[input.dataset.kind] ?? 0);
    } else input.value = value ?? "";
  }
}

// "None" goes with no other choice.
export function keepApart(asked, changed) {
  if (asked.dataset.kind !== "many" || !changed.checked) return;
  const isNone = (one) => "nothing" in one.dataset || one.value === "none";
  for (const other of asked.querySelectorAll("input:checked")) {
    if (other !== changed && (isNone(changed) || isNone(other))) other.checked = false;
  }
}

// An answer in the words of the page.
export function words(asked, value, english) {
  if (value === null || value === undefined || value === "") return english ? "no answer" : "未填";
  const text = (input) => input.closest(".choice").innerText.replace(/\s+/g, " ").trim();
  const inputs = [...asked.querySelectorAll("input")];
  const kind = asked.dataset.kind;
  if (kind === "item" || kind === "one") {
    const found = inputs.find((one) => one.value === String(value));
    return found ? text(found) : String(value);
  }
  const none = english ? "none" : "无";
  if (kind === "many") {
    return inputs.filter((one) => value.includes(one.value)).map(text).join("、") || none;
  }
  if (kind === "events") {
    return (
      Object.entries(value)
        .map(([id, count]) => {
          const found = inputs.find((one) => one.dataset.kind === id);
          return `${found.closest(".event").querySelector("span").innerText} ${count}`;
        })
        .join("、") || none
    );
  }
  return String(value);
}
