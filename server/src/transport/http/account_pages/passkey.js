// Asks the browser for a passkey, to add it or to log in, and takes its answer to the server.
// Where to ask, to tell and to go next stands in the form.
const form = document.querySelector("form[data-ask]");
const { ask, tell, next } = form.dataset;
const name = form.elements.name;
const button = form.querySelector("button");
const alert = form.querySelector("[role=alert]");

const say = words => {
  alert.textContent = words;
  alert.hidden = !words;
};
const bytes = text =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
const text = buffer =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

// Browsers before 2024 convert nothing themselves.
function read(asked) {
  const own = name ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (PublicKeyCredential[own]) return PublicKeyCredential[own](asked);
  const real = one => ({ ...one, id: bytes(one.id) });
  return {
    ...asked,
    challenge: bytes(asked.challenge),
    user: asked.user && real(asked.user),
    excludeCredentials: asked.excludeCredentials?.map(real),
  };
}

function write(made) {
  if (made.toJSON) return made.toJSON();
  const response = {};
  for (const key of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[key]) response[key] = text(made.response[key]);
  const { id, type } = made;
  return { id, rawId: id, type, response, clientExtensionResults: {} };
}

async function post(path, body) {
  const sent = fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await sent.catch(() => {
    throw "The server can't be reached. Try again.";
  });
  const told = await answer.json();
  if (answer.ok) return told;
  if (answer.status !== 401) throw told.detail;
  if (name) location.assign("/");
  throw "This passkey opens no account here. It may have been removed.";
}

const why = {
  NotAllowedError: "Nothing was done: it was cancelled, or took too long. Try again.",
  InvalidStateError: "This device has a passkey for your account already.",
  SecurityError: "Passkeys belong to another address of this server. Open it there.",
};

form.addEventListener("submit", async event => {
  event.preventDefault();
  say("");
  button.disabled = true;
  try {
    const { challengeId, publicKey } = await post(ask, {});
    const made = await navigator.credentials[name ? "create" : "get"]({ publicKey: read(publicKey) });
    await post(tell, { challengeId, credential: write(made), name: name?.value });
    location.assign(next);
  } catch (error) {
    const words = why[error.name] || error.message || error;
    say(words[0].toUpperCase() + words.slice(1).replace(/[^.!?]$/, "$&."));
    button.disabled = false;
  }
});

if (window.PublicKeyCredential) button.disabled = false;
else say(isSecureContext ? "This browser has no passkeys." : "Passkeys need HTTPS, or http://localhost.");
