/* The place that was looked up last is kept on this device alone; figures ring it. */
(() => {
  const W = window.citableFigureWords;
  const page = /\/datasheets\/(county|area)-/.exec(location.pathname);
  if (page) {
    const title = document.querySelector("article h1").firstChild.textContent.trim();
    const state = /state-(\w\w)\.html/.exec(document.querySelector('nav a[href^="state-"]')?.href ?? "");
    const place = page[1] === "area" ? title.replace(/ area$|^\S+rea de /i, "") : `${title.split(", ")[0]}, ${state?.[1].toUpperCase()}`;
    const line = Object.assign(document.createElement("p"), { className: "place-kept", textContent: `${W.kept} ` });
    const forget = Object.assign(document.createElement("button"), { type: "button", textContent: W.forget });
    forget.addEventListener("click", () => {
      try { localStorage.removeItem("place"); } catch { /* not kept */ }
      line.remove();
    });
    line.append(forget);
    try {
      localStorage.setItem("place", JSON.stringify(place));
      document.querySelector("article").append(line);
    } catch { /* not kept */ }
  }
})();
