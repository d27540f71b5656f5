// Measure three pages of the built book as a phone on a slow network sees them (Lighthouse's mobile
// preset), print a table, and fail if a score is below its target.
import { writeFileSync } from "node:fs";
import lighthouse from "lighthouse";
import { launch } from "chrome-launcher";

const [address, result] = process.argv.slice(2);
const PAGES = { landing: "index.html", chapter: "notebooks/06-jurisdictions.html", datasheet: "datasheets/state-pa.html" };
const TARGETS = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };

const chrome = await launch({ chromePath: process.env.CHROME_PATH, chromeFlags: ["--headless=new", "--no-sandbox"] });
const rows = [["page", ...Object.keys(TARGETS)]];
const short = [];
for (const [name, page] of Object.entries(PAGES)) {
  const { lhr } = await lighthouse(`${address}/${page}`, { port: chrome.port, onlyCategories: Object.keys(TARGETS) });
  const scores = Object.keys(TARGETS).map((key) => Math.round(100 * lhr.categories[key].score));
  rows.push([name, ...scores]);
  for (const [key, target] of Object.entries(TARGETS)) {
    const category = lhr.categories[key];
    if (Math.round(100 * category.score) >= target) continue;
    const causes = category.auditRefs.filter((ref) => ref.weight && (lhr.audits[ref.id].score ?? 1) < 0.9).map((ref) => `${ref.id} (${lhr.audits[ref.id].displayValue ?? lhr.audits[ref.id].title})`);
    short.push(`${name}: ${key} ${Math.round(100 * category.score)} < ${target}: ${causes.join(", ")}`);
  }
}
await chrome.kill();
const csv = rows.map((row) => row.join(",")).join("\n") + "\n";
if (result) writeFileSync(result, csv);
for (const row of rows) console.log(row.map((cell) => String(cell).padEnd(16)).join(""));
for (const line of short) console.log(line);
process.exit(short.length ? 1 : 0);
