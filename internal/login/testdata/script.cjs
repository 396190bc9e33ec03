// Runs session.js in tabs of an invented browser, and prints which cases fail.
const fs = require("node:fs"), vm = require("node:vm"), assert = require("node:assert");
const source = fs.readFileSync(process.argv[1], "utf8");
const at = "https://shop.example.test/prod/auth/";

// browser has one session for all its tabs, and a lock as the Web Locks API has it.
function browser({ locks = true } = {}) {
  const b = { clock: 1.7e12, calls: [], refreshes: 0, good: true, sign: 200, state: { subject: "u" }, waiting: Promise.resolve() };
  b.times = () => ({ expires: b.clock / 1000 + 300, idle: b.clock / 1000 + 3600, ends: b.clock / 1000 + 43200 });
  b.fetch = async (input, init = {}) => {
    const request = new Request(input instanceof Request ? input : new URL(input, at), { duplex: "half", ...init });
    const url = request.url, body = request.body ? await request.text() : "";
    b.calls.push({ url, method: request.method, credentials: request.credentials, body, headers: Object.fromEntries(request.headers) });
    await new Promise((done) => setImmediate(done));
    const json = (status, value) => new Response(JSON.stringify(value), { status, headers: { date: new Date(b.clock).toUTCString() } });
    if (url === at + "refresh") {
      b.refreshes++;
      if (b.sign === 200) b.good = true;
      return json(b.sign, b.times());
    }
    if (url === at + "session") return b.sign === 200 ? json(200, { ...b.state, ...b.times() }) : json(b.sign, {});
    if (url === at + "logout") return json(b.sign, { location: "/prod/bye" });
    return json(b.good ? 200 : 401, { body });
  };
  b.tab = () => {
    const tab = { listeners: {}, gone: [] };
    const window = {
      document: { currentScript: { src: at + "session.js" } },
      URL, Request, Response, ReadableStream, Promise, Error, Infinity, JSON,
      Date: class extends Date { static now() { return b.clock; } },
      encodeURIComponent,
      navigator: locks ? { locks: { request: (name, work) => (b.waiting = b.waiting.catch(() => {}).then(work)) } } : {},
      location: { assign: (to) => tab.gone.push(String(to)) },
      fetch: b.fetch,
      addEventListener: (kind, call) => { tab.listeners[kind] = call; },
    };
    window.window = window;
    vm.runInNewContext(source, window, { codeGeneration: { strings: false, wasm: false } });
    tab.session = window.session;
    tab.act = async () => { tab.listeners.keydown(); for (let i = 0; i < 20; i++) await new Promise((done) => setImmediate(done)); };
    return tab;
  };
  return b;
}

const cases = {
  "a request that is answered goes out once, with the cookie": async () => {
    const b = browser(), r = await b.tab().session.fetch("/prod/orders", { headers: { a: "b" } });
    assert.equal(r.status, 200);
    assert.equal(b.calls.length, 1);
    assert.equal(b.calls[0].credentials, "include");
    assert.equal(b.calls[0].headers.a, "b");
  },
  "after a 401 the session is refreshed and the request sent again": async () => {
    const b = browser();
    b.good = false;
    const r = await b.tab().session.fetch("/prod/orders", { method: "POST", body: "x=1" });
    assert.equal(r.status, 200);
    assert.deepEqual(b.calls.map((c) => c.method + " " + c.url.split("/").pop() + " " + c.body),
      ["POST orders x=1", "POST refresh ", "POST orders x=1"]);
  },
  "a Request keeps its body for the second time": async () => {
    const b = browser();
    b.good = false;
    const r = await b.tab().session.fetch(new Request("https://shop.example.test/prod/orders", { method: "PUT", body: "y" }));
    assert.equal(r.status, 200);
    assert.deepEqual(b.calls.map((c) => c.body), ["y", "", "y"]);
  },
  "a stream is sent once, and its 401 is the answer": async () => {
    const b = browser();
    b.good = false;
    const body = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("z")); c.close(); } });
    const r = await b.tab().session.fetch("/prod/orders", { method: "POST", body, duplex: "half" });
    assert.equal(r.status, 401);
    assert.equal(b.calls.length, 1);
  },
  "a request is repeated once only": async () => {
    const b = browser(), fetch = b.fetch;
    b.good = false;
    b.fetch = (i, o) => fetch(i, o).finally(() => { b.good = false; });
    const tab = b.tab();
    assert.equal((await tab.session.fetch("/prod/orders")).status, 401);
    assert.equal(b.calls.length, 3);
  },
  "a session that has ended is not refreshed in a loop": async () => {
    const b = browser();
    b.good = false, b.sign = 401;
    const tab = b.tab();
    assert.equal((await tab.session.fetch("/prod/orders")).status, 401);
    assert.deepEqual(b.calls.map((c) => c.url.split("/").pop()), ["orders", "refresh"]);
    b.clock += 1e9;
    await tab.act();
    assert.equal(b.calls.length, 2);
  },
  "a provider that is down leaves the 401 as the answer, and the next request tries again": async () => {
    const b = browser();
    b.good = false, b.sign = 503;
    const tab = b.tab();
    assert.equal((await tab.session.fetch("/prod/orders")).status, 401);
    b.sign = 200;
    assert.equal((await tab.session.fetch("/prod/orders")).status, 200);
  },
  "ten requests at once in a tab share a refresh": async () => {
    const b = browser();
    b.good = false;
    const tab = b.tab();
    const all = await Promise.all(Array.from({ length: 10 }, () => tab.session.fetch("/prod/orders")));
    assert.ok(all.every((r) => r.status === 200));
    assert.equal(b.refreshes, 1);
  },
  "two tabs refresh one after the other": async () => {
    const b = browser();
    b.good = false;
    let under = 0, most = 0;
    const fetch = b.fetch;
    b.fetch = async (i, o) => {
      if (!String(i).endsWith("/refresh")) return fetch(i, o);
      most = Math.max(most, ++under);
      try { return await fetch(i, o); } finally { under--; }
    };
    const tabs = [b.tab(), b.tab()];
    const all = await Promise.all(tabs.flatMap((t) => [t.session.fetch("/prod/a"), t.session.fetch("/prod/b")]));
    assert.ok(all.every((r) => r.status === 200));
    assert.equal(most, 1);
    assert.ok(b.refreshes <= 2);
  },
  "without the Web Locks API it refreshes as well": async () => {
    const b = browser({ locks: false });
    b.good = false;
    assert.equal((await b.tab().session.fetch("/prod/orders")).status, 200);
  },
  "who is logged in": async () => {
    const b = browser(), tab = b.tab();
    assert.equal((await tab.session.who()).subject, "u");
    b.sign = 401;
    assert.equal(await tab.session.who(), null);
    b.sign = 503;
    await assert.rejects(tab.session.who(), /status 503/);
  },
  "login goes to the login under the stage": async () => {
    const tab = browser().tab();
    tab.session.login("/orders?a=b&c#d");
    tab.session.login();
    assert.deepEqual(tab.gone, [at + "login?return=%2Forders%3Fa%3Db%26c%23d", at + "login?return=%2F"]);
  },
  "logout goes where the answer says": async () => {
    const b = browser(), tab = b.tab();
    await tab.session.logout();
    assert.deepEqual(tab.gone, ["https://shop.example.test/prod/bye"]);
    b.sign = 503;
    await assert.rejects(tab.session.logout(), /status 503/);
  },
  "a logout waits for a refresh that is under way": async () => {
    const b = browser(), tab = b.tab();
    b.good = false;
    await Promise.all([tab.session.fetch("/prod/orders"), new Promise((d) => setImmediate(d)).then(() => b.tab().session.logout())]);
    const order = b.calls.map((c) => c.url.split("/").pop());
    assert.ok(!order.includes("logout") || order.lastIndexOf("refresh") < order.indexOf("logout"), order.join());
  },
  "a user who is active keeps the session": async () => {
    const b = browser(), tab = b.tab();
    await tab.act();
    assert.deepEqual(b.calls.map((c) => c.url.split("/").pop()), ["session"]);
    b.clock += 29 * 60000;
    await tab.act();
    assert.equal(b.refreshes, 0);
    b.clock += 2 * 60000;
    await tab.act();
    await tab.act();
    assert.equal(b.refreshes, 1);
    b.clock += 31 * 60000;
    await tab.act();
    assert.equal(b.refreshes, 2);
  },
  "a page that is left alone sends nothing": async () => {
    const b = browser();
    b.tab();
    b.clock += 1e9;
    await new Promise((done) => setImmediate(done));
    assert.equal(b.calls.length, 0);
  },
  "a page without a session asks once": async () => {
    const b = browser(), tab = b.tab();
    b.sign = 401;
    for (let i = 0; i < 5; i++) { b.clock += 1e8; await tab.act(); }
    assert.equal(b.calls.length, 1);
  },
  "a failure does not stop the renewals": async () => {
    const b = browser(), tab = b.tab();
    await tab.act();
    b.clock += 31 * 60000, b.sign = 503;
    await tab.act();
    await tab.act();
    assert.equal(b.refreshes, 1);
    b.clock += 61000, b.sign = 200;
    await tab.act();
    assert.equal(b.refreshes, 2);
  },
};

(async () => {
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log("ok " + name);
    } catch (e) {
      console.log("FAIL " + name + ": " + (e.stack || e).split("\n").slice(0, 4).join(" | "));
    }
  }
  console.log("done");
})();
