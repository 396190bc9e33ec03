// Gatehouse's session in a page. docs/login-pages.md explains each line.
(() => {
  const at = new URL(".", document.currentScript.src).href;
  const credentials = "include";
  let due = 0, pending;
  const learn = async (answer) => {
    if (!answer.ok) return answer.status === 401 && (due = Infinity), null;
    const state = await answer.json();
    const now = Date.parse(answer.headers.get("date")) || Date.now();
    due = Date.now() + (state.idle * 1000 - now) / 2;
    return state;
  };
  const ask = (name, method = "POST") => fetch(at + name, { method, credentials });
  const alone = (work) => navigator.locks ? navigator.locks.request("session " + at, work) : work();
  const refresh = () => pending ??= alone(async () => learn(await ask("refresh"))).finally(() => pending = null);
  const session = {
    async fetch(input, init) {
      const again = input instanceof Request ? input.clone() : input;
      const answer = await fetch(input, { credentials, ...init });
      const once = init?.body instanceof ReadableStream;
      if (answer.status !== 401 || once || !await refresh()) return answer;
      return fetch(again, { credentials, ...init });
    },
    async who() {
      const answer = await ask("session", "GET");
      if (!answer.ok && answer.status !== 401) throw new Error("session: status " + answer.status);
      return learn(answer);
    },
    login: (path = "/") => location.assign(at + "login?return=" + encodeURIComponent(path)),
    async logout() {
      const answer = await alone(() => ask("logout"));
      if (!answer.ok) throw new Error("session: status " + answer.status);
      location.assign(new URL((await answer.json()).location, at));
    },
  };
  const active = () => {
    if (Date.now() < due) return;
    const first = !due;
    due = Date.now() + 60000;
    (first ? session.who() : refresh()).catch(() => {});
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, active, { passive: true, capture: true });
  window.session = session;
})();
