// Asks the browser for a security key, and sends its answer with the form that asked.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function create(asked) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: toBytes(asked.challenge),
      user: { ...asked.user, id: toBytes(asked.user.id) },
      excludeCredentials: named(asked.excludeCredentials),
    },
  });
  return answer(made, { attestationObject: toText(made.response.attestationObject) });
}

async function get(asked) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...asked,
      challenge: toBytes(asked.challenge),
      allowCredentials: named(asked.allowCredentials),
    },
  });
  return answer(found, {
    authenticatorData: toText(found.response.authenticatorData),
    signature: toText(found.response.signature),
  });
}

function answer(credential, more) {
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: { clientDataJSON: toText(credential.response.clientDataJSON), ...more },
    clientExtensionResults: {},
  });
}

for (const form of document.querySelectorAll("form[data-key]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = form.querySelector("[role=alert]");
    problem.hidden = true;
    try {
      const ask = form.dataset.key === "create" ? create : get;
      form.elements.key.value = await ask(JSON.parse(form.dataset.options));
    } catch {
      problem.hidden = false;
      return;
    }
    form.submit();
  });
}
