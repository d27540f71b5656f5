/* The search page: findings and passages by words and by numbers as they are printed. Nothing is sent. */
(() => {
  const results = document.getElementById("search-results");
  const status = document.querySelector(".search-status");
  const query = (new URLSearchParams(location.search).get("q") ?? "").trim();
  if (!results || !query) return;
  const SHOWN = 30, WIDTH = 260;

  // "27,047" and "27047" are one number, "4" and "four" too; the per cent sign is part of a number.
  const TOKEN = /\d+(?:,\d{3})*(?:\.\d+)?%?|[\p{L}\p{M}]+/gu;
  let digits = [];
  const plain = (word) => {
    const text = word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/,/g, "");
    const digit = digits.indexOf(text);
    return digit < 0 ? text : String(digit + 1);
  };
  const stem = (word) => (word.length < 4 ? word : word.replace(/(s|x|ch|sh)es$/, "$1").replace(/ies$/, "y").replace(/([^s])s$/, "$1"));
  const tokens = (text) => [...text.matchAll(TOKEN)].map((found) => ({ word: plain(found[0]), at: found.index, end: found.index + found[0].length }));
  const isNumber = (word) => /^\d/.test(word);
  // A word is found by its beginning, a number whole; a per cent sign that was typed must stand there.
  const same = (word, wanted) => word === wanted || (isNumber(wanted) ? word === `${wanted}%` : wanted.length > 2 && stem(word).startsWith(stem(wanted)));

  const wantedOf = () => tokens(query).map(({ word }) => word);
  // Where the words stand in the order in which they were typed: the positions of the first ones.
  const runs = (text, wanted) => text.flatMap((_, i) => (wanted.every((word, k) => text[i + k] && same(text[i + k].word, word)) ? [i] : []));

  const rank = (rows) => {
    const wanted = wantedOf();
    const mean = rows.reduce((sum, row) => sum + row.tokens.length, 0) / rows.length;
    const counts = rows.map((row) => wanted.map((word) => row.all.filter((token) => same(token.word, word)).length));
    const rare = wanted.map((_, k) => Math.log(1 + rows.length / (1 + counts.filter((count) => count[k]).length)));
    let scored = rows.map((row, i) => {
      // BM25 (Robertson and others 1994), with k1 = 1.2 and b = 0.6; a finding, and words in order, count more.
      const score = counts[i].reduce((sum, n, k) => sum + (rare[k] * n * 2.2) / (n + 1.2 * (0.4 + (0.6 * row.tokens.length) / mean)), 0);
      const run = wanted.length > 1 && runs(row.all, wanted).length > 0;
      return { row, run, all: counts[i].every(Boolean), score: score * (row.kind === "finding" ? 1.3 : 1) * (run ? 2 : 1) };
    }).filter((hit) => hit.score > 0);
    const whole = scored.some((hit) => hit.all);
    if (whole) scored = scored.filter((hit) => hit.all);
    // Numbers far apart are not the number that was typed: "1 in 4".
    if (wanted.some(isNumber) && scored.some((hit) => hit.run)) scored = scored.filter((hit) => hit.run);
    scored.sort((a, b) => b.score - a.score);
    return { hits: scored.map((hit) => hit.row), whole };
  };

  // Findings named by their number, or by one that tells: no year and no small whole number.
  const direct = (rows) => {
    const findings = rows.filter((row) => row.kind === "finding");
    const id = query.match(/^(?:\p{L}{4,}\s+|f)?([\dA-Z]{1,2}\.\d{1,2}[A-Z]?)$/iu)?.[1].toUpperCase();
    const tells = (word) => /[.%]/.test(word) || (+word >= 100 && !/^(19|20)\d\d$/.test(word));
    const wanted = wantedOf();
    const named = findings.filter((row) => row.id === id);
    const byNumber = wanted.some((word) => isNumber(word) && tells(word)) ? findings.filter((row) => wanted.every((word) => row.all.some((token) => same(token.word, word)))) : [];
    return [...new Set([...named, ...byNumber])].slice(0, 8);
  };

  const make = (tag, fields, ...inside) => { const node = Object.assign(document.createElement(tag), fields); node.append(...inside); return node; };
  const marked = (text, spots, from, to) => {
    const parts = [];
    let at = from;
    for (const { at: start, end } of spots) {
      if (start < at || end > to) continue;
      parts.push(text.slice(at, start), make("mark", { textContent: text.slice(start, end) }));
      at = end;
    }
    return [...parts, text.slice(at, to)];
  };
  // What of a text is shown: where most of the words stand close together.
  const snippet = (row) => {
    const wanted = wantedOf();
    const run = wanted.length > 1 ? runs(row.tokens, wanted) : [];
    const spots = run.length ? run.flatMap((i) => row.tokens.slice(i, i + wanted.length)) : row.tokens.filter(({ word }) => wanted.some((other) => same(word, other)));
    const text = row.text;
    const near = (spot) => new Set(spots.filter(({ at }) => at >= spot.at && at < spot.at + WIDTH - 60).map(({ word }) => word)).size;
    const best = spots.reduce((found, spot) => (near(spot) > (found ? near(found) : 0) ? spot : found), null);
    let from = text.length <= WIDTH || !best ? 0 : Math.max(0, best.at - 60);
    if (from) from = text.indexOf(" ", from) + 1;
    let to = Math.min(text.length, from + WIDTH);
    if (to < text.length) to = text.lastIndexOf(" ", to);
    return make("p", { className: "snippet" }, from ? "… " : "", ...marked(text, spots, from, to), to < text.length ? " …" : "");
  };

  const show = ({ words, titles, rows: raw }) => {
    digits = words.digits.split(" ");
    const rows = raw.map(([kind, id, path, title, text, numbers = ""]) => {
      const own = tokens(text);
      const label = words[kind].replace("{id}", id);
      return { kind, id, path, label, title: titles[title], text, tokens: own, all: [...own, ...tokens(numbers), ...(kind === "section" ? tokens(id) : [])] };
    });
    const link = (row, text) => make("a", { href: row.path, textContent: text });
    const first = direct(rows);
    if (first.length) {
      const list = make("ul", { className: "search finding-hits", ariaLabel: words.findings }, ...first.map((row) =>
        make("li", {}, link(row, row.label), " ", make("a", { href: `trace/finding-${row.id.replace(".", "-")}.html`, textContent: words.trace }), snippet(row))));
      results.before(list);
    }
    const { hits: every, whole } = rank(rows);
    const hits = every.filter((row) => !first.includes(row));
    results.replaceChildren(make("ul", { className: "search", ariaLabel: words.passages }, ...hits.slice(0, SHOWN).map((row) =>
      make("li", {}, link(row, row.label === row.title ? row.title : `${row.label} · ${row.title}`), row.text ? snippet(row) : ""))));
    if (!hits.length) results.replaceChildren();
    const places = !!document.querySelector(".place-hits");
    status.textContent = !every.length ? (places ? "" : words.none) : !whole ? words.some
      : (hits.length > SHOWN ? words.first : words.found).replace("{n}", every.length).replace("{shown}", SHOWN);
  };

  const file = document.createElement("script");
  file.src = "find/passages.js";
  file.onload = () => show(window.citablePassages);
  document.head.append(file);
})();
