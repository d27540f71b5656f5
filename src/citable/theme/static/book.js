/* Comforts; every page is whole without them. Nothing is sent anywhere. */
addEventListener("DOMContentLoaded", () => {
  const words = document.getElementById("words").dataset;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  // A page of an older edition says that a newer one exists: the list in the root of the site decides.
  const notice = document.getElementById("edition-notice");
  if (notice && location.protocol.startsWith("http")) {
    fetch(notice.dataset.root + "../editions.json", { cache: "no-cache" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((list) => {
        if (!list || list.latest === notice.dataset.edition) return;
        const known = list.editions.map((item) => item.edition);
        if (known.indexOf(list.latest) < known.indexOf(notice.dataset.edition)) return;
        const link = document.createElement("a");
        const here = location.pathname.split(`/${notice.dataset.edition}/`);
        link.href = here.length > 1 ? `${here[0]}/${list.latest}/${here[1]}${location.hash}` : `${notice.dataset.root}../${list.latest}/`;
        link.textContent = fill(words.edition, { edition: list.latest });
        const [before, after] = fill(words.newer, { edition: notice.dataset.edition }).split("{link}");
        notice.append(before, link, after);
        notice.hidden = false;
      })
      .catch(() => {});
  }
  // The theme's labels open its drawers with a click; as buttons keys open them too, and Escape shuts them.
  for (const label of document.querySelectorAll("label:is(.nav-overlay-icon, .toc-overlay-icon)")) {
    const drawer = document.getElementById(label.htmlFor);
    const button = document.createElement("button");
    const tell = () => button.setAttribute("aria-expanded", drawer.checked);
    button.type = "button";
    button.className = label.className;
    button.append(...label.childNodes);
    label.replaceWith(button);
    tell();
    drawer.addEventListener("change", tell);
    button.addEventListener("click", () => drawer.click());
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !drawer.checked || !button.checkVisibility()) return;
      drawer.click();
      button.focus();
    });
  }
  // "/" leads to the finder, else to the search; where neither is on the page, to the page of the search.
  const fields = ["#find-place", "#search-words", ".sidebar-search"].map((one) => document.querySelector(one)).filter(Boolean);
  for (const field of fields) field.setAttribute("aria-keyshortcuts", "/");
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    const field = fields.find((one) => one.checkVisibility({ visibilityProperty: true })) ?? fields[0];
    if (!field) {
      const search = document.querySelector('link[rel=search]');
      if (search) location.href = search.href;
      return;
    }
    // The search of a narrow screen stands in the drawer of chapters.
    const drawer = document.getElementById("__navigation");
    if (field.matches(".sidebar-search") && drawer && !field.checkVisibility({ visibilityProperty: true })) drawer.click();
    field.focus();
  });
  const printer = document.querySelector(".actions [data-act=print]");
  if (printer) {
    printer.hidden = false;
    printer.addEventListener("click", () => print());
  }
  // The code of a page is shown by one switch, which is remembered.
  const code = document.querySelector(".code-switch button");
  if (code) {
    const root = document.documentElement;
    const texts = [code.textContent, code.dataset.hide];
    const set = (on) => {
      root.toggleAttribute("data-code", on);
      code.setAttribute("aria-pressed", on);
      code.textContent = texts[Number(on)];
    };
    const kept = () => { try { return localStorage.getItem("code") === "on"; } catch { return false; } };
    set(kept());
    code.addEventListener("click", () => {
      set(!root.hasAttribute("data-code"));
      try { localStorage.setItem("code", root.hasAttribute("data-code") ? "on" : "off"); } catch { /* not kept */ }
    });
  }
  // A map of what was reached when goes through its steps by a slider; the still one shows them all.
  const addSliders = (root) => root.querySelectorAll("[data-slider]").forEach((map) => {
    const steps = [...map.querySelectorAll("[data-step]")];
    const label = document.createElement("label");
    const slider = document.createElement("input");
    const said = document.createElement("output");
    Object.assign(slider, { type: "range", min: 0, max: steps.length - 1, value: steps.length - 1 });
    const set = () => {
      steps.forEach((step, number) => step.classList.toggle("later", number > slider.value));
      said.textContent = steps[slider.value].dataset.step;
      slider.setAttribute("aria-valuetext", said.textContent);
    };
    label.className = "map-slider";
    label.append(map.dataset.slider, slider, said);
    slider.addEventListener("input", set);
    set();
    map.closest("svg").parentElement.before(label);
  });
  addSliders(document);
  // A heavy drawing comes later, in the place of its picture.
  addEventListener("drawing", (event) => addSliders(event.target));
  // Figures answer a pointer and keys by a script that comes with a reader's first move.
  if (document.querySelector("figure[data-marks], figure.strip, .sheet-first")) {
    // A finger's first tap on a dot of the strip reads it out: the script takes it up when it is here.
    document.querySelector("figure.strip")?.addEventListener("click", (event) => {
      if (window.citableFigureWords || event.pointerType === "mouse" || !event.target.closest("svg")) return;
      event.preventDefault();
      window.citableTap = event;
    });
    const moves = ["scroll", "pointermove", "pointerdown", "keydown"];
    const respond = () => {
      for (const move of moves) removeEventListener(move, respond);
      const script = document.createElement("script");
      script.src = `${document.getElementById("edition-notice").dataset.root}exhibits/figures.js`;
      document.head.append(script);
    };
    for (const move of moves) addEventListener(move, respond, { passive: true });
    if (location.hash) respond();
  }
  // The search page keeps what was asked for in its box.
  const box = document.getElementById("search-words");
  if (box) box.value = new URLSearchParams(location.search).get("q") ?? "";
  // A button beside each citation, where the browser can copy: with the italics for a word processor, without
  // them for anything else.
  const copier = (label, name, give, copied = words.copied) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-button";
    button.textContent = label;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => {
      const { text, html } = give();
      const kinds = { "text/plain": text, "text/html": html ?? text };
      const blobs = Object.entries(kinds).filter(([kind]) => html || kind === "text/plain").map(([kind, body]) => [kind, new Blob([body], { type: kind })]);
      navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]).then(() => {
        button.textContent = copied;
        setTimeout(() => (button.textContent = label), 2000);
      });
    });
    return button;
  };
  if (navigator.clipboard && window.ClipboardItem) {
    for (const text of document.querySelectorAll(".copy")) {
      const { button, copy } = text.dataset;
      text.after(copier(button ?? words.copy, button ?? fill(words.copyWhat, { what: copy }), () => ({ text: text.textContent, html: text.innerHTML })));
    }
    const here = document.querySelector(".actions [data-act=link]");
    const address = document.querySelector('meta[property="og:url"]')?.content ?? location.href.split("#")[0];
    here?.replaceWith(copier(here.textContent, here.textContent, () => ({ text: address })));
    // A finding is cited and quoted where it stands; its report is copied where no address takes it.
    for (const finding of words.cite ? document.querySelectorAll(".finding:has(.finding-controls)") : []) {
      const root = new URL(document.getElementById("edition-notice").dataset.root, location.href);
      const values = { id: finding.dataset.id, slug: finding.id.replace("finding-", "") };
      const told = (name) => fill(words[name], values);
      const cited = () => {
        const box = document.createElement("template");
        box.innerHTML = told("cite");
        return { text: box.content.textContent, html: box.innerHTML };
      };
      const sentence = () => ({ text: [fill(words.quoted, { text: finding.querySelector(".finding-sentence").textContent }), told("citeUnlinked").replaceAll("*", ""), new URL(told("link"), root).href].join("\n") });
      const link = finding.querySelector(".finding-cite");
      link.replaceWith(copier(words.copy, fill(words.copyWhat, { what: finding.getAttribute("aria-label") }), cited), copier(words.share, told("shareWhat"), sentence, words.shared));
      const report = finding.querySelector(".report");
      if (report.hash === "#report") report.replaceWith(copier(report.textContent, `${report.textContent}: ${finding.getAttribute("aria-label")}`, () => ({ text: told("report") }), words.reported));
    }
  }
  // Long tables sort by a click on a heading and filter by what is typed; totals stay at the end.
  // A day sorts by what its cell carries, since its words are of a language.
  const worth = (cell) => {
    if (cell.dataset.sort) return +cell.dataset.sort;
    const plain = cell.textContent.trim();
    if (!plain || plain === words.none) return null;
    const number = plain.replace(/^< ?/, "").replace(/[,%\u00a0]/g, "").replace("\u2212", "-");
    // A range sorts by its lower end.
    if (cell.classList.contains("num") && /^-?\d/.test(number)) return parseFloat(number);
    return /^-?\d+(\.\d+)?$/.test(number) ? +number : plain.toLowerCase();
  };
  // What cannot be had comes last whichever way one sorts.
  const compare = (a, b, way) =>
    a === null || b === null ? (a === null) - (b === null) : way * (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1);
  const FIRST = 10;  // rows of a long table; the style sheet has the same number
  // On a narrow screen the rows of a table that has no room are cards; the style sheet has the same width.
  // A card names each value, says to assistive technology that it is a row, and opens its lesser columns.
  const narrow = matchMedia("(max-width: 46em)");
  const LONG = 28, NAME = 24;  // letters of a value that takes the whole width of a card, of a name that takes two places
  for (const table of document.querySelectorAll("table.docutils:not(.data):has(thead th:nth-child(4))")) table.classList.add("cards");
  const deal = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const names = heads.map((head) => head.textContent.trim());
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    const long = names.map((_, column) => rows.some((row) => row.cells[column]?.textContent.trim().length > LONG));
    table.setAttribute("role", "table");
    for (const part of [table.tHead, ...table.tBodies]) part.setAttribute("role", "rowgroup");
    for (const head of heads) head.setAttribute("role", "columnheader");
    for (const row of [table.tHead.rows[0], ...rows]) row.setAttribute("role", "row");
    for (const row of rows) {
      [...row.cells].forEach((cell, column) => {
        cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
        if (column && (cell.textContent.trim() || cell.querySelector("svg"))) cell.dataset.label = names[column];
        cell.classList.toggle("long", long[column]);
        cell.classList.toggle("named-at-length", names[column].length > NAME);
      });
      if (!row.querySelector(".wide-only:not(.line)")) continue;
      const button = document.createElement("button");
      const label = () => (button.dataset.text = row.classList.contains("every-column") ? words.fewerColumns : words.allColumns);
      const place = row.cells[0].textContent.trim();
      const tell = () => button.setAttribute("aria-label", `${label()}: ${place}`);
      button.type = "button";
      button.className = "card-button";
      tell();
      button.addEventListener("click", () => {
        row.classList.toggle("every-column");
        tell();
      });
      row.cells[0].append(button);
    }
  };
  const dealt = () => {
    if (!narrow.matches) return;
    narrow.removeEventListener("change", dealt);
    document.querySelectorAll("table.cards").forEach(deal);
  };
  narrow.addEventListener("change", dealt);
  dealt();
  // A phone hides columns that matter less; a button opens them for the whole table.
  for (const table of document.querySelectorAll("table.cards:has(.wide-only:not(.line))")) {
    const button = document.createElement("button");
    const label = () => (button.textContent = table.classList.contains("every-column") ? words.mainColumns : words.everyColumn);
    button.type = "button";
    button.className = "columns-button";
    label();
    button.addEventListener("click", () => {
      table.classList.toggle("every-column");
      label();
    });
    table.closest(".table-scroll").before(button);
  }
  for (const table of document.querySelectorAll("table.data")) {
    const body = table.tBodies[0];
    const rows = body ? [...body.rows] : [];
    if (rows.length < 8) continue;
    const totals = rows.filter((row) => row.classList.contains("emphasis"));
    const others = rows.filter((row) => !row.classList.contains("emphasis"));
    const heads = [...table.tHead.rows[0].cells];
    const sorts = heads.map((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.classList.contains("num");
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = others.map((row) => [worth(row.cells[column]), row]);
        keyed.sort((a, b) => compare(a[0], b[0], down ? -1 : 1));
        body.append(...keyed.map(([, row]) => row), ...totals);
      });
      return button;
    });
    // Cards have no headings to click.
    if (table.classList.contains("cards")) {
      const label = document.createElement("label");
      const select = document.createElement("select");
      label.className = "sort-by";
      select.append(new Option(words.tableOrder, ""), ...sorts.map((button, column) => new Option(button.textContent, column)));
      select.addEventListener("change", () => (select.value ? sorts[select.value].click() : body.append(...rows)));
      label.append(`${words.sortBy} `, select);
      table.closest(".table-scroll").before(label);
    }
    // A long table shows its first rows until asked for all, or until an address names one of them.
    let fold = () => {};
    if (others.length > FIRST + 2) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "rows-button";
      fold = (on) => {
        table.classList.toggle("first-rows", on);
        button.textContent = fill(on ? words.allRows : words.firstRows, { all: others.length, shown: FIRST });
      };
      const named = () => {
        const row = document.getElementById(location.hash.slice(1));
        if (!row || !body.contains(row)) return;
        fold(false);
        row.scrollIntoView();
      };
      button.addEventListener("click", () => fold(!table.classList.contains("first-rows")));
      table.closest(".table-scroll").after(button);
      fold(true);
      named();
      addEventListener("hashchange", named);
    }
    if (rows.length < 25) continue;
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("span");
    label.className = "filter";
    count.setAttribute("role", "status");
    input.type = "search";
    label.append(`${words.filter} `, input, " ", count);
    table.closest(".table-scroll").before(label);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of others) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        shown += !row.hidden;
      }
      fold(!wanted);
      count.textContent = wanted ? fill(words.shown, { shown, all: others.length }) : "";
    });
  }
});
