// The list of documents of old clients: marks those that are being pushed to, follows the list, asks
// before it removes. Works without this script too.

(function () {
  const LIT_FOR = 3000; // milliseconds
  const RETRY_AFTER = 2000;
  const list = document.getElementById("documents");

  for (const time of list.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleString();
  }

  for (const form of list.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      if (!confirm(`Delete “${form.dataset.title}” for good?`)) {
        event.preventDefault();
      }
    });
  }

  function light(card) {
    const mark = card.querySelector(".now");
    card.querySelector("time").textContent = new Date().toLocaleString();
    mark.hidden = false;
    clearTimeout(card.timer);
    card.timer = setTimeout(() => (mark.hidden = true), LIT_FOR);
  }

  function listen() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${list.dataset.socket}`);
    const cards = new Map([...list.querySelectorAll("[data-topic]")].map((c) => [c.dataset.topic, c]));
    const users = `bokehuser:${list.dataset.user}`;
    const subscribe = (topic, auth) =>
      socket.send(JSON.stringify({msgtype: "subscribe", topic, auth}));

    socket.onopen = () => {
      subscribe(users, null);
      for (const [topic, card] of cards) {
        subscribe(topic, card.dataset.key);
      }
    };
    socket.onmessage = ({data}) => {
      const end = data.indexOf(":{");
      const topic = data.slice(0, end);
      const {msgtype} = JSON.parse(data.slice(end + 1));
      if (msgtype === "docchange" && topic === users) {
        location.reload();
      } else if (msgtype === "pushed" && cards.has(topic)) {
        light(cards.get(topic));
      }
    };
    socket.onclose = () => setTimeout(listen, RETRY_AFTER);
  }

  listen();
})();
