/* Check this number: fetch a finding's rows, hash them, add them up, and compare with findings.json.
   Nothing is taken from the page but the finding's number, and the words in which the result is said. */
(() => {
  const base = document.currentScript.dataset.root;

  // RFC 4180: quoted cells may hold commas, line breaks and doubled quotes.
  const parse = (text) => {
    const rows = [];
    let row = [], cell = "", quoted = false;
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (quoted) {
        if (c === '"' && text[i + 1] === '"') { cell += '"'; i++; }
        else if (c === '"') quoted = false;
        else cell += c;
      } else if (c === '"') quoted = true;
      else if (c === ",") { row.push(cell); cell = ""; }
      else if (c === "\n") { row.push(cell); rows.push(row); row = []; cell = ""; }
      else if (c !== "\r") cell += c;
    }
    if (cell || row.length) { row.push(cell); rows.push(row); }
    return rows;
  };

  // Standard normal: distribution by its series (Abramowitz and Stegun 1964, 26.2.11), quantile by bisection.
  const normal = (x) => {
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 && n < 400; n++) { term *= (x * x) / (2 * n + 1); sum += term; }
    return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  };
  const quantile = (p) => {
    let low = 0, high = 8;
    for (let i = 0; i < 200; i++) { const mid = (low + high) / 2; if (normal(mid) < p) low = mid; else high = mid; }
    return (low + high) / 2;
  };

  // Wilson (1927): the rates from which a count like this one is not improbable.
  const wilson = (x, n, level) => {
    const z = quantile(1 - (1 - level) / 2), p = x / n, w = (z * z) / n;
    const middle = (p + w / 2) / (1 + w), half = (z / (1 + w)) * Math.sqrt((p * (1 - p)) / n + w / (4 * n));
    return [middle - half, middle + half];
  };
  // Newcombe (1998), method 10: the difference of two shares from their Wilson intervals.
  const newcombe = (x1, n1, x2, n2, level) => {
    const p1 = x1 / n1, p2 = x2 / n2, [l1, u1] = wilson(x1, n1, level), [l2, u2] = wilson(x2, n2, level);
    const d = p1 - p2;
    return [d - Math.hypot(p1 - l1, u2 - p2), d + Math.hypot(u1 - p1, p2 - l2)];
  };

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

  const bytes = async (path) => {
    const answer = await fetch(base + path, { cache: "no-cache" });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.arrayBuffer();
  };
  const json = async (path) => JSON.parse(new TextDecoder().decode(await bytes(path)));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

  // Everything that is recomputed, from the rows alone, with the steps as sentences.
  const compute = (rows, finding, words) => {
    const [head, ...body] = rows;
    const at = (name) => head.indexOf(name);
    const sum = (name, group) =>
      at(name) < 0 ? null : body.reduce((total, row) => total + (group === undefined || row[at("group")] === group ? Number(row[at(name)]) : 0), 0);
    const steps = [fill(words.read, { n: body.length.toLocaleString("en") })];
    const out = { steps };
    const method = finding.interval?.method;
    if (at("group") >= 0) {
      const [x1, n1, x2, n2] = [sum("in_numerator", "after"), sum("in_denominator", "after"), sum("in_numerator", "before"), sum("in_denominator", "before")];
      out.value = x1 / n1 - x2 / n2;
      steps.push(fill(words.after, { x: x1, n: n1 }), fill(words.before, { x: x2, n: n2 }), fill(words.difference, { sum: `${x1}/${n1} − ${x2}/${n2}`, value: out.value }));
      if (method === "newcombe") out.interval = newcombe(x1, n1, x2, n2, finding.interval.level);
    } else {
      const x = sum("in_numerator");
      const n = sum("in_denominator");
      steps.push(fill(words.numerator, { column: "in_numerator", n: x }));
      if (finding.numerator !== null) out.numerator = x;
      if (finding.unit === "count") out.value = x;
      else {
        const total = n ?? finding.denominator;
        if (n === null) steps.push(fill(words.total, { n: total }));
        else { out.denominator = n; steps.push(fill(words.denominator, { column: "in_denominator", n })); }
        out.value = x / total;
        steps.push(fill(words.share, { sum: `${x}/${total}`, value: out.value }));
        if (method === "wilson") out.interval = wilson(x, total, finding.interval.level);
      }
    }
    if (out.interval) steps.push(fill(words.interval, { level: 100 * finding.interval.level, method, low: out.interval[0], high: out.interval[1] }));
    else if (finding.interval) steps.push(fill(words.more, { method, command: `${words.program} verify F${finding.id}` }));
    return out;
  };

  const check = async (identifier, words) => {
    const [list, findings] = await Promise.all([json("check/rows.json"), json("findings.json")]);
    const finding = findings.findings.find((item) => item.id === identifier);
    const listed = list.rows[identifier];
    if (!finding || !listed) throw new Error(fill(words.unlisted, { id: identifier }));
    const buffer = await bytes(listed.file);
    const digest = hex(await crypto.subtle.digest("SHA-256", buffer));
    const genuine = digest === listed.sha256;
    const out = compute(parse(new TextDecoder().decode(buffer)), finding, words);
    const wrong = [];
    if (!genuine) wrong.push(fill(words.hash, { here: digest, listed: listed.sha256 }));
    for (const name of ["value", "numerator", "denominator"])
      if (out[name] !== undefined && !near(out[name], finding[name])) wrong.push(fill(words.moved, { field: words[`${name}Name`], here: out[name], published: finding[name] }));
    if (out.interval && !(near(out.interval[0], finding.interval.low) && near(out.interval[1], finding.interval.high)))
      wrong.push(fill(words.moved, { field: words.intervalName, here: fill(words.ends, { low: out.interval[0], high: out.interval[1] }), published: fill(words.ends, finding.interval) }));
    return { steps: [fill(genuine ? words.genuine : words.other, { file: listed.file, digest }), ...out.steps], wrong };
  };

  for (const box of document.querySelectorAll(".check[data-finding]")) {
    // A list of many boxes has the words once.
    const words = { ...box.closest("[data-agrees]").dataset, ...box.dataset };
    const button = document.createElement("button");
    const result = document.createElement("div");
    button.type = "button";
    button.textContent = words.label;
    result.setAttribute("role", "status");
    box.append(button, result);
    const run = async () => {
      button.disabled = true;
      result.replaceChildren();
      const verdict = document.createElement("p");
      const list = document.createElement("ol");
      try {
        if (!crypto.subtle || location.protocol === "file:") throw new Error(words.server);
        const { steps, wrong } = await check(words.finding, words);
        verdict.textContent = wrong.length ? words.disagrees : words.agrees;
        verdict.className = wrong.length ? "check-disagrees" : "check-agrees";
        for (const text of [...steps, ...wrong]) {
          const item = document.createElement("li");
          item.textContent = text;
          list.append(item);
        }
      } catch (error) {
        verdict.textContent = `${words.failed} ${error.message}`;
      }
      result.append(verdict, list);
      button.disabled = false;
    };
    button.addEventListener("click", run);
    if (new URLSearchParams(location.search).has("check")) run();
  }
})();
