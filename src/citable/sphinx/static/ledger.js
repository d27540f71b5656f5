/* Filters of the ledger: by chapter, claim and verdict. Without this script every finding is shown. */
(() => {
  const form = document.querySelector(".ledger-filter");
  if (!form) return;
  const status = form.querySelector("[role=status]");
  const rows = [...document.querySelectorAll(".ledger-row")];
  const fields = [...form.querySelectorAll("select")];
  const values = {
    chapter: (row) => [row.closest(".ledger-chapter").dataset.chapter],
    claim: (row) => row.dataset.claims.split(" "),
    verdict: (row) => row.dataset.verdicts.split("|"),
  };
  const filter = () => {
    const wanted = fields.filter((field) => field.value);
    for (const row of rows) row.hidden = !wanted.every((field) => values[field.name](row).includes(field.value));
    for (const chapter of document.querySelectorAll(".ledger-chapter")) chapter.hidden = !chapter.querySelector(".ledger-row:not([hidden])");
    const shown = rows.filter((row) => !row.hidden).length;
    status.textContent = wanted.length ? form.dataset.shown.replace("{shown}", shown).replace("{all}", rows.length) : "";
  };
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  // An address may carry a filter, such as ?claim=… or ?chapter=….
  const asked = new URLSearchParams(location.search);
  for (const field of fields) if (asked.has(field.name)) field.value = asked.get(field.name);
  form.hidden = false;
  filter();
})();
