/* For pages of `hybridviz serve --dev`: loads the page again when its app has changed, and shows what
 * the app prints and logs.
 */
(() => {
  "use strict";

  const MOST_LINES = 500;

  const { edition, route } = document.currentScript.dataset;
  const address = new URL("dev", document.currentScript.src);
  address.search = new URLSearchParams({ route });

  const log = document.createElement("details");
  log.id = "hybridviz-log";
  const summary = log.appendChild(document.createElement("summary"));
  const lines = log.appendChild(document.createElement("ol"));

  function add({ level, text }) {
    const line = lines.appendChild(document.createElement("li"));
    line.className = level;
    line.textContent = text;
    if (lines.children.length > MOST_LINES) {
      lines.firstChild.remove();
    }
    summary.textContent = `Log of ${route} (${lines.children.length})`;
    document.body.append(log);
    if (level === "error" || level === "critical") {
      log.open = true;
    }
    lines.scrollTop = lines.scrollHeight;
  }

  const source = new EventSource(address);
  source.addEventListener("edition", (event) => event.data === edition || location.reload());
  source.addEventListener("log", (event) => add(JSON.parse(event.data)));
  addEventListener("pagehide", () => source.close());
})();
