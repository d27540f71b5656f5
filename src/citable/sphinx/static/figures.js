/* Figures answer a pointer and keys: a mark is read out and ringed. Pages are whole without it; nothing is sent. */
(() => {
  const root = new URL("../", document.currentScript.src);
  const W = window.citableFigureWords;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const make = (name, cls, text) => Object.assign(document.createElement(name), { className: cls, textContent: text ?? "" });
  const NEAR = { rows: 16, points: 36, strip: 24 };  // CSS pixels from the pointer to a mark
  const MOST = 4000;  // rows of a table on the page; a longer one is only downloaded
  const kept = () => { try { return JSON.parse(localStorage.getItem("place")); } catch { return null; } };
  const plain = (name) => name.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();

  // The readings of a chart are a script, not a fetched file, so that a page opened as a file has them too.
  const asked = {};
  const readings = (address) =>
    (asked[address] ??= new Promise((resolve) => {
      if (!address) return resolve(null);
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(window.citableMarks[address.match(/figure-([^/]+)\.js$/)[1]]);
      script.onerror = () => resolve(null);
      document.head.append(script);
    }));

  // Marks of the drawing that is shown: [x, y in its units, name, values, element].
  const titled = (svg) => {
    const back = svg.getScreenCTM().inverse();
    return [...svg.querySelectorAll("title")].map((title) => {
      const box = title.parentNode.getBoundingClientRect();
      const at = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2).matrixTransform(back);
      const [name, ...rest] = title.textContent.split(": ");
      return { x: at.x, y: at.y, name, values: [rest.join(": ")], element: title.parentNode };
    });
  };
  const charted = (data, narrow) => {
    const at = (narrow && data.narrow) || data.wide;
    return data.rows.map(([name, ...values], i) => ({ x: at[2 * i], y: at[2 * i + 1], name, values }));
  };

  const ring = (svg, mark, cls) => {
    const scale = svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [name, value] of Object.entries({ cx: mark.x, cy: mark.y, r: 8 * scale, "stroke-width": 2 * scale, class: cls })) circle.setAttribute(name, value);
    svg.append(circle);
    return circle;
  };

  const copying = (button, text) => {
    const label = button.textContent;
    button.addEventListener("click", () => navigator.clipboard.writeText(text()).then(() => {
      button.textContent = W.copied;
      setTimeout(() => (button.textContent = label), 2000);
    }));
    return button;
  };

  const table = (head, marks, caption) => {
    const box = make("div", "table-scroll figure-table");
    const found = make("table", "data");
    found.createCaption().textContent = caption;
    const top = found.createTHead().insertRow(), body = found.createTBody();
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", caption);
    for (const mark of marks) {
      const row = body.insertRow();
      const first = make("th", "", mark.name);
      first.scope = "row";
      row.append(first, ...mark.values.map((value) => make("td", "num", value)));
    }
    const worth = (text) => { const n = parseFloat(text.replace(/,/g, "").replace("\u2212", "-")); return Number.isNaN(n) ? text : n; };
    [W.mark, ...head].forEach((name, column) => {
      const cell = make("th", column ? "num" : "");
      const button = make("button", "sort", name);
      cell.scope = "col";
      button.type = "button";
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") ? cell.getAttribute("aria-sort") === "ascending" : column > 0;
        for (const other of top.cells) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].map((row) => [worth(row.cells[column].textContent), row]);
        rows.sort(([a], [b]) => (down ? -1 : 1) * (typeof a !== typeof b ? (typeof a === "number" ? -1 : 1) : a < b ? -1 : a > b ? 1 : 0));
        body.append(...rows.map(([, row]) => row));
      });
      cell.append(button);
      top.append(cell);
    });
    box.append(found);
    return box;
  };

  const set = (figure) => {
    const boxes = [...figure.querySelectorAll(".exhibit-wide, .exhibit-narrow, .exhibit-any")];
    const number = figure.querySelector(".exhibit-number")?.textContent.replace(/\.\s*$/, "") ?? W.figure;
    const tools = figure.querySelector(".figure-tools") ?? make("div", "figure-tools figure-over");
    const strip = figure.matches(".strip");
    const said = make("p", "figure-readout"), line = make("span", "figure-said"), mine = make("p", "figure-place"), controls = make("p", "figure-controls");
    said.setAttribute("role", "status");
    // The line of a strip lies over what follows; that of another figure stays in view as long as its drawing is.
    if (tools.isConnected) tools.before(said);
    else { tools.append(said); boxes.at(-1).after(tools); }
    // A click on the line leaves the focus, and so the mark, where it is.
    said.addEventListener("mousedown", (event) => event.preventDefault());
    let marks = [], data = null, ready = null, at = -1, circle = null, drawn = null;
    const shown = () => boxes.find((box) => box.getClientRects().length);
    // Marks again when the other drawing is shown.
    const begin = () => {
      const box = shown();
      if (!box) return Promise.resolve();
      if (ready && drawn === box) return ready;
      drawn = box;
      ready = readings(figure.dataset.marks).then((found) => {
        // A heavy drawing stands on its page as a picture until a reader comes near.
        const picture = found?.svg && box.querySelector("img");
        if (picture) {
          picture.outerHTML = found.svg;
          figure.dispatchEvent(new Event("drawing", { bubbles: true }));
        }
        const svg = box.querySelector("svg");
        data = found?.rows ? found : null;
        marks = data ? charted(data, box.matches(".exhibit-narrow")) : svg ? titled(svg) : [];
        at = -1;
      });
      return ready;
    };
    const clear = () => { at = -1; circle?.remove(); circle = null; said.replaceChildren(); };
    const read = (index, keys = false) => {
      if (!marks[index] || index === at) return;
      circle?.remove();
      const mark = marks[at = index];
      circle = ring(shown().querySelector("svg"), mark, "figure-ring");
      if (keys) circle.scrollIntoView({ block: "nearest" });
      // The first value of a row is what the axis names; the others have names of their own.
      const values = mark.values.map((value, i) => (value && (data?.head[i] ?? "") && (i || data.kind !== "rows" || data.head[0].length < 24) && data.head[i] !== W.when && data.head[i] !== W.value ? `${data.head[i]} ${value}` : value));
      const name = make("b", "", mark.name);
      line.replaceChildren(name, values.filter(Boolean).map((value) => ` · ${value}`).join(""));
      const page = strip && mark.element.closest("a")?.getAttribute("href");
      if (page) line.append(" ", Object.assign(make("a", "", W.open), { href: page }));
      line.style.removeProperty("bottom");
      said.replaceChildren(line);
      // Above the mark if it would cover it.
      const [over, under] = [circle, line].map((part) => part.getBoundingClientRect());
      if (!strip && over.bottom > under.top && over.top < under.bottom) line.style.bottom = `${under.bottom - over.top + 4}px`;
    };
    const nearest = (event) => {
      const svg = shown().querySelector("svg");
      const pointed = event.target.closest?.("svg *");
      const own = pointed ? marks.findIndex((mark) => mark.element && mark.element === pointed) : -1;
      if (own >= 0) return own;
      const to = svg.getScreenCTM();
      let best = -1, least = NEAR[strip ? "strip" : data?.kind ?? "points"];
      marks.forEach((mark, i) => {
        const dx = to.a * mark.x + to.e - event.clientX, dy = to.d * mark.y + to.f - event.clientY;
        const far = data?.kind === "rows" ? Math.abs(dy) : Math.hypot(dx, dy);
        if (far < least) { best = i; least = far; }
      });
      return best;
    };
    // Marks of one name follow one another: up and down go to the next name, left and right along it.
    const step = (key) => {
      if (at < 0) return key === "ArrowLeft" || key === "ArrowUp" ? marks.length - 1 : 0;
      const way = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1, now = marks[at];
      if (now.element || data.kind !== "points" || key === "ArrowLeft" || key === "ArrowRight") return at + way;
      let next = at;
      while (marks[next]?.name === now.name) next += way;
      const other = marks[next]?.name;
      let best = next;
      for (let i = next; marks[i] && marks[i].name === other; i += way) if (Math.abs(marks[i].x - now.x) < Math.abs(marks[best].x - now.x)) best = i;
      return best;
    };
    // Of a strip a finger's first tap reads a dot out, its second opens the page; a mouse has read it before its click.
    const tap = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (strip) event.preventDefault();
      begin().then(() => {
        const i = nearest(event), link = strip && marks[i]?.element.closest("a");
        if (link && (i === at || event.pointerType === "mouse")) location.assign(link.getAttribute("href"));
        else if (i >= 0) read(i);
        else if (strip) clear();
      });
    };
    for (const box of boxes) {
      box.tabIndex = 0;
      box.classList.add("figure-marks");
      box.setAttribute("role", "application");
      box.setAttribute("aria-label", fill(W.marks, { figure: number }));
      box.addEventListener("focus", begin);
      box.addEventListener("pointerenter", begin);
      box.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") begin().then(() => { const i = nearest(event); if (i >= 0) read(i); else clear(); }); });
      box.addEventListener("click", (event) => tap(event));
      box.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && document.activeElement !== box) clear(); });
      box.addEventListener("blur", clear);
      box.addEventListener("keydown", (event) => {
        if (event.key === "Escape") { clear(); box.blur(); return; }
        if (!/^(Arrow|Home|End)/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        begin().then(() => read(event.key === "Home" ? 0 : event.key === "End" ? marks.length - 1 : Math.max(0, Math.min(marks.length - 1, step(event.key))), true));
      });
    }
    // The place that the reader looked up last.
    const place = kept();
    if (place) begin().then(() => {
      const name = plain(place);
      // A name with its state's letters may go on, with a date; that of an area must be all.
      const own = marks.filter((mark) => plain(mark.name) === name || (place.includes(", ") && plain(mark.name).startsWith(`${name} `)));
      if (!own.length) return;
      const circles = own.slice(-2).map((mark) => ring(shown().querySelector("svg"), mark, "figure-mine"));
      const forget = make("button", "", W.forget);
      forget.type = "button";
      forget.addEventListener("click", () => {
        try { localStorage.removeItem("place"); } catch { /* not kept */ }
        for (const old of document.querySelectorAll(".figure-mine, .figure-place")) old.remove();
      });
      mine.append(`${fill(W.mine, { place })} `, forget);
      mine.circles = circles;
      if (said.parentNode === tools) said.after(mine); else tools.prepend(mine);
    });
    // A tap that came before this script did.
    if (strip && window.citableTap) tap(window.citableTap);
    if (figure.querySelector("img[loading]")) new IntersectionObserver((seen, observer) => {
      if (seen.some((entry) => entry.isIntersecting)) { observer.disconnect(); begin(); }
    }, { rootMargin: "800px" }).observe(boxes[0]);
    if (!figure.id.startsWith("figure-")) return;
    const page = new URL(`exhibits/${figure.id}.html`, root).href;
    const button = (text) => Object.assign(make("button", "", text), { type: "button" });
    const other = button(W.table);
    let sheet = null;
    other.addEventListener("click", () => begin().then(() => {
      if (sheet) { sheet.remove(); sheet = null; } else {
        sheet = table(data?.head ?? [W.value], marks.slice(0, MOST), number);
        boxes[0].before(sheet);
      }
      for (const box of boxes) box.classList.toggle("figure-away", !!sheet);
      clear();
      other.textContent = sheet ? W.chart : W.table;
    }));
    if (figure.dataset.marks || figure.querySelectorAll("title").length <= MOST) controls.append(other);
    // How tall a frame of some 700 pixels is in which the figure's own page needs no scroll bar.
    const tall = () => {
      const drawing = boxes[0].querySelector("svg, img"), size = drawing.viewBox?.baseVal ?? drawing;
      const words = [...figure.querySelector("figcaption").childNodes].filter((part) => !part.matches?.("details, .exhibit-source"));
      const lines = Math.ceil(words.map((part) => part.textContent).join("").length / 84);
      return Math.ceil((668 * size.height) / size.width + 170 + 21 * lines);
    };
    if (navigator.clipboard && location.protocol.startsWith("http")) {
      controls.append(
        copying(button(W.link), () => (window.top === window ? location.href.split("#")[0] + `#${figure.id}` : page)),
        copying(button(W.embed), () => `<iframe src="${page}" title="${number}" width="100%" height="${tall()}" style="border:0" loading="lazy"></iframe>`),
      );
    }
    tools.append(controls);
  };
  for (const figure of document.querySelectorAll("figure[data-marks], figure.strip")) set(figure);
})();
