/* Of the pages of places, what each would carry in the same bytes: colour scheme, font, words, buttons.
   It runs at the head of the body; a page is whole without it. */
(() => {
  const { edition, words, actions, contents } = window.citablePlace;
  try { document.body.dataset.theme ||= localStorage.getItem("theme") || "auto"; } catch { document.body.dataset.theme ||= "auto"; }
  if (location.protocol !== "file:" && !document.querySelector('link[rel="preload"]'))
    for (const face of ["source-serif-4", "source-sans-3"])
      document.head.append(Object.assign(document.createElement("link"), {
        rel: "preload", as: "font", type: "font/woff2", crossOrigin: "anonymous",
        href: `../_static/fonts/${face}-latin-400-normal.woff2`,
      }));
  addEventListener("DOMContentLoaded", () => {
    const article = document.querySelector("article");
    // What the script of every page looks for.
    if (!document.getElementById("words")) {
      const kept = document.createElement("template");
      kept.id = "words";
      for (const [name, text] of Object.entries(words)) kept.setAttribute(`data-${name}`, text);
      const notice = document.createElement("p");
      notice.id = notice.className = "edition-notice";
      notice.hidden = true;
      notice.dataset.edition = edition;
      notice.dataset.root = "../";
      article.prepend(notice, kept);
    }
    const nav = document.querySelector("nav.actions"), header = document.querySelector(".book-header");
    const button = (text, act) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      made.addEventListener("click", () => act(made));
      return made;
    };
    // The contents of the book, and the switch of its color scheme, which goes round as the theme's does.
    if (header) {
      const menu = document.createElement("details"), summary = document.createElement("summary"), list = document.createElement("ul");
      summary.textContent = actions.menu;
      list.append(...contents.map(([href, textContent]) => {
        const item = document.createElement("li");
        item.append(Object.assign(document.createElement("a"), { href, textContent }));
        return item;
      }));
      menu.append(summary, list);
      menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; summary.focus(); } });
      document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
      const scheme = button("", () => {
        const [own, other] = matchMedia("(prefers-color-scheme: dark)").matches ? ["dark", "light"] : ["light", "dark"];
        const next = { auto: other, [other]: own, [own]: "auto" }[document.body.dataset.theme] ?? "auto";
        document.body.dataset.theme = next;
        try { localStorage.setItem("theme", next); } catch { /* not kept */ }
      });
      scheme.className = "scheme";
      scheme.ariaLabel = scheme.title = actions.scheme;
      header.append(menu, scheme);
    }
    // "/" leads to the search, as on every page.
    addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select")) return;
      event.preventDefault();
      location.href = "../search.html";
    });
    // Browsers without ::details-content print what is folded only if it is open.
    const folded = () => document.querySelectorAll(".page-alone .sheet-folded:not([open])");
    let opened = [];
    addEventListener("beforeprint", () => { opened = [...folded()]; for (const one of opened) one.open = true; });
    addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
    const told = (made, done) => done.then(() => {
      const text = made.textContent;
      made.textContent = words.copied;
      setTimeout(() => (made.textContent = text), 2000);
    });
    const buttons = [];
    const citation = document.querySelector(".copy"), tables = [...document.querySelectorAll("table.data")];
    if (navigator.clipboard) {
      if (citation) buttons.push(button(actions.citation, (made) => told(made, navigator.clipboard.writeText(citation.textContent))));
      const address = document.querySelector('meta[property="og:url"]')?.content ?? location.href.split("#")[0];
      buttons.push(button(actions.link, (made) => told(made, navigator.clipboard.writeText(address))));
    }
    // Every cell of every table, as it is printed: one line each, so that tables of any shape fit in one file.
    if (tables.length) {
      const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
      const said = (node) => node.textContent.trim().replace(/\s+/g, " ");
      const place = said(document.querySelector("h1"));
      buttons.push(button(actions.csv, () => {
        const rows = [actions.columns, [place, actions.first, "", "", said(document.querySelector(".sheet-first"))].map(cell).join(",")];
        for (const table of tables) {
          const heads = [...table.tHead.rows[0].cells].map(said);
          for (const row of table.tBodies[0].rows) {
            const [first, ...others] = [...row.cells].map(said);
            others.forEach((value, i) => row.cells[i + 1].matches(".line") || rows.push([place, said(table.caption), first, heads[i + 1], value].map(cell).join(",")));
          }
        }
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob([`${rows.join("\n")}\n`], { type: "text/csv" }));
        link.download = location.pathname.split("/").pop().replace(/\.html$/, "") + ".csv";
        link.click();
        URL.revokeObjectURL(link.href);
      }));
    }
    buttons.push(button(actions.print, () => print()));
    nav.prepend(...buttons);
  });
})();
