/* Find my jurisdiction: matches what a person types against the list of places. Nothing is sent. */
(() => {
  const script = document.currentScript;
  const base = script.dataset.root ?? "";
  const STATES = {};
  let entries = null;

  // "Saint Mary's Parish, La." and "st marys" are one place to whoever types.
  const KINDS = /\b(county|counties|parish|borough|census area|municipality|municipio|city and borough|area of responsibility|area|state of|the)\b/g;
  const plain = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/[’'`.]/g, "").replace(/[^a-z0-9]+/g, " ")
      .replace(/\bsaint\b/g, "st").replace(/\bsainte\b/g, "ste").replace(/\bmount\b/g, "mt").replace(/\bfort\b/g, "ft").trim();
  const core = (text) => plain(text).replace(KINDS, " ").replace(/\s+/g, " ").trim() || plain(text);

  // Edits between two words, a swap of neighbours being one (Damerau 1964; restricted form).
  const edits = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let before = [], last = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      before = last;
      last = row;
    }
    return last[b.length];
  };

  const prepare = (list) => {
    for (const [name, kind, state] of list) if (kind === "state") STATES[plain(name)] = state;
    const pairs = (names) => names.map((text) => [text, plain(text)]);
    return list.map(([name, kind, state, path, published, figure, aliases = [], cities = []]) => ({ name, kind, state, path, published, figure, plain: plain(name), core: core(name), tight: core(name).replace(/ /g, ""), aliases: pairs(aliases), cities: pairs(cities) }));
  };

  // Split "orange ca", "orange county, california" or "ca orange" into a place and a state.
  const codeOf = (text) => STATES[text] || (text.length === 2 && Object.values(STATES).includes(text.toUpperCase()) ? text.toUpperCase() : "");
  const split = (text) => {
    const words = text.split(" ");
    const found = [];
    for (let n = Math.min(4, words.length - 1); n >= 1; n--) {
      const last = codeOf(words.slice(-n).join(" ")), first = codeOf(words.slice(0, n).join(" "));
      if (last) found.push([words.slice(0, -n).join(" "), last]);
      if (first) found.push([words.slice(n).join(" "), first]);
    }
    return found;
  };

  const score = (place, wanted, tight, most) => {
    if (place.core === wanted || place.tight === tight) return 0;
    if (place.core.startsWith(wanted)) return 1;
    if (place.core.split(" ").some((word) => word.startsWith(wanted))) return 2;
    if (most && tight.length > 3) {
      const off = edits(tight, place.tight, most);
      if (off <= most) return 2 + off;
      // A typo in the beginning of a longer name.
      if (edits(tight, place.tight.slice(0, tight.length), 1) <= 1) return 5;
    }
    return -1;
  };

  // A city that leads here comes before places of the same name elsewhere; another name of a place
  // with a figure counts as its own.
  const other = (place, wanted, tight, most) => {
    for (const [city, text] of place.cities) if (text === wanted) return [-0.3, city];
    for (const [alias, text] of place.aliases) if (text === wanted) return [place.published === 1 ? 0 : 0.1, alias];
    for (const [city, text] of place.cities) if (wanted.length > 2 && text.startsWith(wanted)) return [0.9, city];
    for (const [alias, text] of place.aliases) if (wanted.length > 2 && text.startsWith(wanted)) return [1.2, alias];
    for (const [city, text] of place.cities) if (tight.length > 4 && edits(tight, text.replace(/ /g, ""), most) <= most) return [2.5, city];
    return [-1, ""];
  };

  const ORDER = { place: -1, state: 0, county: 1, area: 2 };
  const search = (text) => {
    // A ZIP code after a name tells nothing here.
    const said = plain(text).replace(/(?<=[a-z]) \d{5}( \d{4})?$/, "");
    const whole = core(said);
    if (!whole) return [];
    const tries = [[whole, said, ""], ...split(said).map(([rest, state]) => [core(rest), rest, state])];
    const found = new Map();
    for (const [wanted, full, inState] of tries) {
      const tight = wanted.replace(/ /g, "");
      const most = tight.length > 7 ? 2 : 1;
      for (const place of entries) {
        if (inState && place.state !== inState) continue;
        const own = score(place, wanted, tight, most);
        const [named, alias] = other(place, wanted, tight, most);
        const byAlias = alias && (own < 0 || named < own);
        const value = byAlias ? named : own;
        // The kind, typed in full, decides between a county, a parish and a city of one name.
        const exact = place.plain === full;
        const total = value - (inState ? 0.5 : 0) - (exact ? 0.4 : 0);
        if ((byAlias || own >= 0) && total < (found.get(place)?.total ?? 99)) found.set(place, { total, alias: byAlias && place.kind !== "state" && plain(alias) !== place.core ? alias : "" });
      }
    }
    const flag = (place) => [0, 2, 1][place.published];
    return [...found].sort((a, b) => a[1].total - b[1].total || ORDER[a[0].kind] - ORDER[b[0].kind] || flag(b[0]) - flag(a[0]) || a[0].name.localeCompare(b[0].name)).slice(0, 12).map(([place, how]) => ({ ...place, ...how }));
  };

  const linkTo = (place) => {
    const link = document.createElement("a");
    link.href = base + place.path;
    link.textContent = place.kind === "county" || place.kind === "place" ? `${place.name}, ${place.state}` : place.name;
    // A place that is followed is kept on this device alone: figures ring it.
    const kept = link.textContent;
    if (place.kind !== "state") link.addEventListener("click", () => { try { localStorage.setItem("place", JSON.stringify(kept)); } catch { /* not kept */ } });
    if (place.alias) link.textContent += ` (${place.alias})`;
    return link;
  };

  // The list is a script, not a fetched file, so that a downloaded copy opened as a file works too.
  let waiting = null;
  const load = () =>
    (waiting ??= new Promise((resolve, reject) => {
      const places = document.createElement("script");
      places.src = `${base}find/places.js`;
      places.onload = () => { entries = prepare(window.citablePlaces); resolve(); };
      places.onerror = reject;
      document.head.append(places);
    }));

  for (const form of document.querySelectorAll("form.find")) {
    const input = form.querySelector("input");
    const list = form.querySelector("ul");
    const status = form.querySelector("[role=status]");
    const words = form.dataset;
    const show = () => {
      const found = search(input.value);
      list.replaceChildren(
        ...found.map((place) => {
          const item = document.createElement("li");
          const note = document.createElement("span");
          note.textContent = window.citableFigures[place.figure];
          item.append(linkTo(place), " ", note);
          return item;
        }),
      );
      status.textContent = !input.value.trim() ? "" : found.length ? words.found.replace("{n}", found.length) : words.none;
    };
    const begin = () => load().then(show).catch(() => { status.textContent = words.broken; });
    input.addEventListener("focus", () => load().catch(() => {}), { once: true });
    input.addEventListener("input", begin);
    // Arrows go through what is found; Escape goes back to the box, and there empties it.
    form.addEventListener("keydown", (event) => {
      const links = [...list.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      if (event.key === "Escape") {
        if (at < 0) { input.value = ""; show(); }
        input.focus();
      } else if (links.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        const next = event.key === "ArrowDown" ? Math.min(at + 1, links.length - 1) : at - 1;
        (next < 0 ? input : links[next]).focus();
      } else return;
      event.preventDefault();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      load().then(() => { show(); const first = list.querySelector("a"); if (first) location.href = first.href; });
    });
    const asked = new URLSearchParams(location.search).get("q");
    if (asked) { input.value = asked; begin(); }
  }

  // On the search page places come first: their pages are in no index of words.
  const results = document.getElementById("search-results");
  const query = new URLSearchParams(location.search).get("q");
  if (results && query) {
    load().then(() => {
      const hits = search(query).filter((place) => place.total < 1.1).slice(0, 4);
      if (!hits.length) return;
      const list = document.createElement("ul");
      list.className = "search place-hits";
      list.setAttribute("aria-label", window.citablePlacesTitle);
      const { said, figures } = window.citableShares;
      list.append(...hits.map((place) => {
        const item = document.createElement("li"), note = document.createElement("p");
        const figure = window.citableFigures[place.figure];
        note.className = "snippet";
        note.textContent = figures.includes(place.figure) ? said.replace("{figure}", figure) : figure;
        item.append(linkTo(place), note);
        return item;
      }));
      (document.querySelector(".finding-hits") ?? results).before(list);
    }).catch(() => {});
  }
})();
