/* Says when the page has lost its server, and brings it back.
 *
 * Loaded before BokehJS, whose websockets it watches: those whose first subprotocol is "bokeh".
 * BokehJS reconnects by itself, five times within half a minute, and takes up the same session. What
 * it cannot do is done here: when it has given up, or the session is gone, the page is loaded again
 * as soon as the server answers.
 */
(() => {
  "use strict";

  const PAGE_MUST_RELOAD = 4001; // close code: this page's session is gone, its token too old
  const REFUSED = 1008; // close code: a reload would be refused as well
  const POLL_MS = 1500;
  const LOOK_MS = 50;
  const RELOAD_APART_MS = 10000; // no page that fails at once is reloaded in a tight loop
  const RELOADED_AT = "hybridviz-reloaded-at";

  const probe = document.currentScript.src;
  const shown = new Set(); // tokens of sessions that this page has shown
  const watched = new WeakSet(); // documents whose BokehJS has been asked to tell when it gives up
  const silenced = new WeakSet(); // documents whose BokehJS shows no notice any more
  let leaving = false;
  let polling = false;

  addEventListener("pagehide", () => (leaving = true));
  addEventListener("pageshow", () => (leaving = false));

  const banner = document.createElement("div");
  banner.id = "hybridviz-connection";
  banner.setAttribute("role", "status");
  const text = banner.appendChild(document.createElement("span"));
  addEventListener("DOMContentLoaded", () => document.body.append(banner));

  function say(message, canReload = false) {
    text.textContent = message;
    banner.querySelector("button")?.remove();
    if (canReload) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Reload";
      button.addEventListener("click", () => location.reload());
      banner.append(button);
    }
  }

  /* Wait until the server answers, then load the page again. */
  async function reloadWhenServed() {
    if (polling) {
      return;
    }
    polling = true;
    const last = Number(sessionStorage.getItem(RELOADED_AT));
    await sleep(Math.min(RELOAD_APART_MS, last + RELOAD_APART_MS - Date.now()));
    while (!(await isServed())) {
      await sleep(POLL_MS);
    }
    sessionStorage.setItem(RELOADED_AT, String(Date.now()));
    location.reload();
  }

  async function isServed() {
    try {
      return (await fetch(probe, { method: "HEAD", cache: "no-store" })).ok;
    } catch {
      return false;
    }
  }

  function sleep(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
  }

  /* Return whether the app wants its visitors to hear of the connection. */
  function takeOver(documents) {
    for (const bokeh of documents) {
      if (!watched.has(bokeh)) {
        watched.add(bokeh);
        bokeh.on_event("connection_lost", (_, event) => event.timeout ?? gaveUp(bokeh));
      }
      if (bokeh.config.notify_connection_status) {
        // One notice is enough. Silent, so that the server does not hear of it.
        bokeh.config.setv({ notify_connection_status: false }, { silent: true });
        silenced.add(bokeh);
      }
    }
    return documents.length === 0 || documents.some((bokeh) => silenced.has(bokeh));
  }

  function gaveUp(bokeh) {
    if (bokeh.config.reconnect_session) {
      void reloadWhenServed();
    } else if (silenced.has(bokeh)) {
      say("The connection to the server is lost.", true);
    }
  }

  function lost(code, reason, wasShown) {
    // BokehJS leaves an empty one behind whenever it pulls a document again.
    const notify = takeOver((window.Bokeh?.documents ?? []).filter((it) => it.roots().length > 0));
    if (code === PAGE_MUST_RELOAD) {
      say("The server has a new session. Reloading…");
      void reloadWhenServed();
    } else if (!notify) {
      return;
    } else if (code === REFUSED) {
      say(`The server refuses this page: ${reason}`, true);
    } else if (wasShown) {
      say("Connection lost. Reconnecting…");
    } else {
      say("This page cannot connect to its app.", true);
    }
  }

  class WatchedSocket extends WebSocket {
    #finished = false;

    constructor(url, protocols) {
      const token = Array.isArray(protocols) && protocols[0] === "bokeh" ? protocols[1] : null;
      super(token !== null && shown.has(token) ? again(url) : url, protocols);
      if (token === null) {
        return;
      }
      const loaded = shown.has(token) ? () => {} : awaitDocument();
      this.addEventListener("message", () => found(token), { once: true });
      this.addEventListener("close", loaded);
      this.addEventListener("close", (event) => {
        if (!this.#finished && !leaving) {
          lost(event.code, event.reason, shown.has(token));
        }
      });
    }

    close(code, reason) {
      this.#finished = code === undefined || code === 1000;
      super.close(...[code, reason].filter((argument) => argument !== undefined));
    }
  }

  function again(url) {
    const address = new URL(url, location.href);
    address.searchParams.set("hybridviz-reconnect", "1");
    return address.href;
  }

  /* Show that the app is being run, until its document is drawn. */
  function awaitDocument() {
    document.documentElement.classList.add("hybridviz-loading");
    const started = setInterval(() => {
      const documents = window.Bokeh?.documents ?? [];
      if (documents.length > 0 && documents.every((it) => it.is_idle && it.roots().length > 0)) {
        loaded();
      }
    }, LOOK_MS);

    function loaded() {
      clearInterval(started);
      document.documentElement.classList.remove("hybridviz-loading");
    }
    return loaded;
  }

  function found(token) {
    shown.add(token);
    if (!polling) {
      say("");
    }
  }

  window.WebSocket = WatchedSocket;
  // Scripts of embedded apps look here whether they must load BokehJS: it comes next.
  window._bokeh_onload_callbacks ??= [];
  window._bokeh_is_loading ??= 0;
})();
