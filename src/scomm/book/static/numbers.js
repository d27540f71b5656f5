/* On the search page: findings by their number ("6.2", "finding 6.2", "F6.2") or by what they print ("28.7%").
   Sphinx's index holds words alone. The list is asked for only when a number was typed. */
(() => {
  const results = document.getElementById("search-results");
  const query = (new URLSearchParams(location.search).get("q") ?? "").trim();
  if (!results || !/\d/.test(query)) return;

  // "27,047" and "27047" are one number; a per cent sign, where it was typed, must stand in the text too.
  const NUMBER = /\d[\d,]*(?:\.\d+)?%?/g;
  const WORD = /[a-z\u00c0-\u024f]{2,}/g;
  const numbers = (text) => (text.match(NUMBER) ?? []).map((part) => part.replace(/,/g, ""));
  // A year or a small whole number stands in too many findings to tell one.
  const tells = (number) => /[.%]/.test(number) || (+number >= 100 && !/^(19|20)\d\d$/.test(number));
  const has = (all, wanted) => all.includes(wanted) || all.includes(`${wanted}%`);

  const byId = (rows) => {
    const id = query.match(/^(?:\p{L}{4,}\s+|f)?([\dA-Z]{1,2}\.\d{1,2}[A-Z]?)$/iu)?.[1].toUpperCase();
    return id ? rows.filter((row) => row[0] === id) : [];
  };
  const byNumber = (rows) => {
    const wanted = numbers(query);
    if (!wanted.some(tells)) return [];
    const words = query.toLowerCase().replace(NUMBER, " ").match(WORD) ?? [];
    return rows.filter(([, , statement, further]) => {
      const printed = numbers(`${statement} ${further}`);
      return wanted.every((number) => has(printed, number)) && words.every((word) => statement.toLowerCase().includes(word));
    });
  };

  const link = (text, address) => Object.assign(document.createElement("a"), { href: address, textContent: text });
  const show = ({ words, rows }) => {
    const hits = [...new Set([...byId(rows), ...byNumber(rows)])].slice(0, 8);
    if (!hits.length) return;
    const list = document.createElement("ul");
    list.className = "search finding-hits";
    list.setAttribute("aria-label", words.findings);
    list.append(
      ...hits.map(([id, address, statement]) => {
        const item = document.createElement("li");
        // The finding in its chapter, and what stands behind it: one line for both.
        item.append(link(words.finding.replace("{id}", id), address), ` ${statement} `, link(words.trace, `trace/finding-${id.replace(".", "-")}.html`));
        return item;
      }),
    );
    results.before(list);
    // Of a number alone Sphinx can only say that it found nothing.
    if (!query.toLowerCase().replace(/^f(?=\d)/, "").match(WORD)) results.hidden = true;
  };

  const file = document.createElement("script");
  file.src = "find/findings.js";
  file.onload = () => show(window.scommFindings);
  document.head.append(file);
})();
