const e=`
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --page: #fff; --band: #e4e9ee;
  --bad: #c4232e; --good: #1a7f37; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --page: #0d1117;
  --band: #2a313c; --bad: #ff7b72; --good: #3fb950; --warn: #d29922; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; font-weight: 600; margin: 1.25rem 0 .25rem; } p { margin: .5rem 0; }
.soft { color: var(--soft); } .counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
.counts li { border: 1px solid var(--line); border-radius: 2rem; padding: .1rem .75rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; } td.number { white-space: nowrap; width: 1%; }
td.text { min-width: 18.5rem; } td.label { min-width: 10rem; } td.wide { text-wrap: pretty; }
td:first-child, th:first-child { padding-left: 0; } td.bar { width: 200px; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } .flips { margin: .25rem 0 0; font-size: .93em; } .flips ul { margin: .25rem 0; }
.verdict { white-space: nowrap; font-weight: 600; }
.regressed, .broken { color: var(--bad); } .missing, .infrastructure, .inconclusive, .not-comparable { color: var(--warn); }
.improved, .equivalent { color: var(--good); }
svg.bar { display: block; margin: .15rem 0; max-width: 100%; }
.bar .floor { fill: var(--band); } .bar .zero { stroke: var(--soft); stroke-width: 1; }
.bar .range { stroke: currentColor; stroke-width: 3; stroke-linecap: round; } .bar .mean { fill: currentColor; }
@media (max-width: 52rem) {
  body { padding: 1rem; } h1 { font-size: 1.25rem; } details { padding: .4rem .6rem; }
  table, tbody, tr, td { display: block; } thead { display: none; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td, td.number, td.text, td.label, td.bar { border: 0; min-width: 0; padding: .1rem 0; width: auto; white-space: normal; display: flex; gap: .75rem; }
  td::before { content: attr(data-title); color: var(--soft); flex: 0 0 8rem; } td > div { min-width: 0; }
  td:first-child { font-weight: 600; } td:first-child::before { content: none; }
  td.empty:not(:first-child) { display: none; }
}
`;export{e as t};