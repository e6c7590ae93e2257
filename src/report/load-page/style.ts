/**
 * What the page of `load` adds to that of the report. Blue and orange are those of Okabe and Ito's palette, which people
 * with any colour vision tell apart; shapes say the same again.
 */
export const LOAD_STYLE = `
:root { --first: #0067a8; --second: #c05800; --card: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --first: #56b4e9; --second: #f0a32f; --card: #151b23; } }
h1 code { font-size: .92em; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); gap: .75rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; }
.tiles b { display: block; font-size: 1.45rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .9em; }
.tiles b small { font-size: .6em; font-weight: 400; color: var(--soft); }
.points th, .points td, .facts td.number, .facts th.number { text-align: right; } .points th small { display: block; font-weight: 400; }
.points th:first-child, .points td:first-child, .points th:last-child, .points td:last-child { text-align: left; }
.points td { white-space: nowrap; }
.valid { color: var(--good); } .tails { color: var(--warn); } .void { color: var(--bad); }
.valid, .tails, .void { font-weight: 600; white-space: nowrap; }
tr.off td:not(:first-child):not(:last-child) { color: var(--soft); }
.client { font-size: .93em; }
.reasons { margin: .15rem 0 0; padding-left: 1.1rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: .9rem; }
.grid.wide { grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); }
.grid.wide figure { max-width: 44rem; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .8rem .5rem; min-width: 0; display: flex; flex-direction: column; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline; margin-bottom: .4rem; }
figcaption b { font-weight: 600; } figcaption .soft { font-size: .9em; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .25rem 0 .7rem; padding: 0; list-style: none; color: var(--soft); font-size: .93em; }
.legend li { display: flex; align-items: center; gap: .4rem; } .legend svg { flex: none; }
svg.chart { display: block; margin-top: auto; width: 100%; height: auto; overflow: visible; }
svg text { font: 11.5px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; fill: var(--soft); }
svg .label { fill: var(--ink); font-weight: 600; } svg .note { fill: var(--ink); stroke: var(--card); stroke-width: 3px; paint-order: stroke; }
.lattice { stroke: var(--line); stroke-width: 1; opacity: .6; } .axis, .stub { stroke: var(--soft); stroke-width: 1; }
.dots { fill: none; stroke-width: 4; opacity: .75; } .dots.first { stroke: var(--first); stroke-linecap: round; }
.dots.second { stroke: var(--second); stroke-linecap: square; stroke-width: 3; }
.dots.few { stroke-width: 6; } .dots.few.second { stroke-width: 5; }
.legend .dots { stroke-width: 8; opacity: 1; }
.failed { fill: none; stroke: var(--bad); stroke-width: 1.8; }
.bars { fill: var(--first); } .mark { stroke: var(--second); stroke-width: 1.5; stroke-dasharray: 4 3; }
.frontier { fill: none; stroke: var(--first); stroke-width: 2; opacity: .5; }
.join { fill: none; stroke-width: 2; opacity: .55; } .join.first { stroke: var(--first); } .join.second { stroke: var(--second); stroke-dasharray: 6 4; }
.first.solid { fill: var(--first); stroke: var(--card); stroke-width: 1.5; } .second.solid { fill: var(--second); stroke: var(--card); stroke-width: 1.5; }
.first.hollow { fill: var(--card); stroke: var(--first); stroke-width: 2; } .second.hollow { fill: var(--card); stroke: var(--second); stroke-width: 2; }
@media (max-width: 52rem) { .points th, .points td, .facts td.number { text-align: left; } .points td:first-child::before { content: none; } }
@media print { figure, .tiles li { break-inside: avoid; } }
`
