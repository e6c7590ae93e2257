/** The look of the page: system fonts, light and dark by the reader's preference, no script. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --page: #fff; --band: #eff2f5;
  --bad: #c4232e; --good: #1a7f37; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --page: #0d1117;
  --band: #1c2129; --bad: #ff7b72; --good: #3fb950; --warn: #d29922; } }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.soft { color: var(--soft); } .counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
.counts li { border: 1px solid var(--line); border-radius: 2rem; padding: .1rem .75rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } td.number { white-space: nowrap; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: break-word; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } .verdict { white-space: nowrap; font-weight: 600; }
.regressed, .broken { color: var(--bad); } .missing, .infrastructure, .inconclusive, .not-comparable { color: var(--warn); }
.improved, .equivalent { color: var(--good); }
.bar .floor { fill: var(--band); } .bar .zero { stroke: var(--soft); stroke-width: 1; }
.bar .range { stroke: currentColor; stroke-width: 3; stroke-linecap: round; } .bar .mean { fill: currentColor; }
`
