/* Two comforts; every page is whole without them. Nothing is sent anywhere. */
addEventListener("DOMContentLoaded", () => {
  // A page of an older edition says that a newer one exists: the list in the root of the site decides.
  const notice = document.getElementById("edition-notice");
  if (notice && location.protocol.startsWith("http")) {
    fetch(notice.dataset.root + "../editions.json", { cache: "no-cache" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((list) => {
        if (!list || list.latest === notice.dataset.edition) return;
        const known = list.editions.map((item) => item.edition);
        if (known.indexOf(list.latest) < known.indexOf(notice.dataset.edition)) return;
        notice.textContent = `This is edition ${notice.dataset.edition}. A newer one exists: `;
        const link = document.createElement("a");
        const here = location.pathname.split(`/${notice.dataset.edition}/`);
        link.href = here.length > 1 ? `${here[0]}/${list.latest}/${here[1]}${location.hash}` : `${notice.dataset.root}../${list.latest}/`;
        link.textContent = `edition ${list.latest}`;
        notice.append(link, ".");
        notice.hidden = false;
      })
      .catch(() => {});
  }
  // A button beside each citation, where the browser can copy.
  if (navigator.clipboard && window.ClipboardItem) {
    for (const text of document.querySelectorAll(".copy")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy-button";
      button.textContent = "Copy citation";
      button.setAttribute("aria-label", `Copy citation: ${text.dataset.copy}`);
      button.addEventListener("click", () =>
        // With the italics for a word processor, without them for anything else.
        navigator.clipboard.write([new ClipboardItem({
          "text/plain": new Blob([text.textContent], { type: "text/plain" }),
          "text/html": new Blob([text.innerHTML], { type: "text/html" }),
        })]).then(() => {
          button.textContent = "Copied";
          setTimeout(() => (button.textContent = "Copy citation"), 2000);
        }),
      );
      text.after(button);
    }
  }
});
