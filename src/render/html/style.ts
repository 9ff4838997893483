/** A table whose rows are laid out as blocks, each cell with its header before it: where there is no room for its columns. */
function asBlocks(table: string): string {
  return `
${table}, ${table} tbody, ${table} caption { display: block; }
${table} thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
${table} tr { display: flex; flex-wrap: wrap; gap: 0 1.1rem; padding: 0.45rem 0; border-top: 1px solid var(--line); }
${table} th, ${table} td { display: block; width: auto; min-width: 0; border: 0; padding: 0; text-align: left; }
${table} th:first-child { flex: 0 0 100%; min-width: 0; padding: 0; }
${table} .inner { padding-left: 1.1rem; }
${table} td.bar { width: 100%; min-width: 0; }
${table} td:empty { display: none; }
${table} td[data-label]::before { content: attr(data-label) ' '; color: var(--muted); font-size: 0.85rem; }
`;
}

/** All of the page's looks: light or dark as the reader has it, on a screen of any width, and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f8; --panel: #fff; --line: #dfe2e9; --text: #191c23; --muted: #5c6472;
  --success: #3f74de; --failure: #e8833a; --better: #1d7a46; --worse: #b3400f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121419; --panel: #1b1e25; --line: #323743; --text: #f3f5f9; --muted: #a3abba;
    --success: #5a93f5; --failure: #f59a4c; --better: #68d391; --worse: #ff9d76;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text); overflow-wrap: anywhere;
  font: 15px/1.5 Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; font-variant-numeric: tabular-nums;
}
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 3rem; display: grid; gap: 1.25rem; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; gap: 0.25rem 2rem; }
h1, h2, p, dl, dd, figure, ul { margin: 0; padding: 0; }
h1 { font-size: 1.6rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; font-weight: 650; }
.muted { color: var(--muted); }
section { background: var(--panel); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1.1rem 1.25rem; min-width: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12.5rem, 45%), 1fr)); gap: 1rem; }
.cards > div { background: var(--panel); border: 1px solid var(--line); border-radius: 0.75rem; padding: 0.9rem 1.25rem; font-size: 0.9rem; container-type: inline-size; }
.cards dt { color: var(--muted); }
.cards .value {
  font-size: min(1.75rem, 100cqi / (0.63 * var(--signs))); line-height: 1.35; font-weight: 650; letter-spacing: -0.01em; white-space: nowrap;
}
.better { color: var(--better); } .worse { color: var(--worse); } .notable { font-weight: 600; }
.top { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1.5rem; margin-bottom: 0.75rem; }
.legend { display: flex; gap: 1rem; font-size: 0.85rem; color: var(--muted); }
.legend i { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 2px; margin-right: 0.45em; }
.success { background: var(--success); fill: var(--success); } .failure { background: var(--failure); fill: var(--failure); }
.plot { display: grid; grid-template-columns: auto minmax(0, 1fr); column-gap: 0.6rem; font-size: 0.8rem; color: var(--muted); padding-top: 0.6em; }
.marks { display: flex; flex-direction: column-reverse; justify-content: space-between; text-align: right; line-height: 1; height: calc(11rem + 1em); margin-top: -0.5em; }
.field { position: relative; height: 11rem; }
.field svg { display: block; position: absolute; inset: 0; width: 100%; height: 100%; }
.field line { stroke: var(--line); vector-effect: non-scaling-stroke; }
.nothing { position: absolute; inset: 0; display: grid; place-items: center; }
.days { grid-column: 2; position: relative; height: 1.7em; margin-top: 0.4em; }
.days span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; margin-bottom: 0.5rem; }
th { font-weight: inherit; text-align: left; }
thead th { color: var(--muted); font-size: 0.85rem; }
th, td { padding: 0.32rem 0 0.32rem 1rem; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; padding-top: 0; }
th:first-child { padding-left: 0; min-width: 11rem; }
tbody tr:first-child > * { border-top-color: var(--muted); }
td, thead th + th { text-align: right; white-space: nowrap; width: 1%; padding-left: 1.75rem; }
.group > th { font-weight: 600; } .inner > th { padding-left: 1.1rem; }
td.bar, thead th.bar { width: 40%; min-width: 13rem; text-align: left; }
.bar b { display: inline-block; height: 0.7em; border-radius: 2px; margin-right: 0.6em; background: var(--success); }
ul { list-style: none; }
@media (min-width: 60rem) { th:first-child { min-width: 15rem; } }
${asBlocks('table.wide')}
@media (max-width: 52rem) {
  main { padding: 1.25rem 0.75rem 2rem; gap: 0.9rem; }
  section { padding: 0.9rem 1rem; }
  .cards > div { padding: 0.7rem 0.8rem; font-size: 0.83rem; }
  ${asBlocks('table')}
}
@media print {
  :root {
    --ground: #fff; --panel: #fff; --line: #c9cdd6; --text: #000; --muted: #444;
    --success: #3f74de; --failure: #e8833a; --better: #1d7a46; --worse: #b3400f;
  }
  body { font-size: 11px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .cards, figure, tr, .cards > div { break-inside: avoid; }
  caption { break-after: avoid; }
}
`;
