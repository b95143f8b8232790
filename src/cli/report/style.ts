/** The style sheet of the reports: one column, system fonts, light and dark by the reader's setting, phone to desk. */

export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf6; --card: #ffffff; --ink: #1e1d1a; --soft: #68645b; --rule: #e3dfd4; --faint: #efece4;
  --one: #1f5fc0; --two: #c24a14;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141517; --card: #1b1d20; --ink: #eceae5; --soft: #a29e95; --rule: #36393e; --faint: #26292d;
    --one: #7db0ff; --two: #ff9e68;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
main { max-width: 72rem; margin: 0 auto; padding: clamp(1.25rem, 4vw, 4rem) clamp(1rem, 4vw, 3rem); }
h1, h2 { font-family: "Iowan Old Style", Charter, "Source Serif 4", "Noto Serif", "Liberation Serif", Georgia, serif; font-weight: 600; line-height: 1.15; text-wrap: balance; }
h1 { font-size: clamp(1.9rem, 5vw, 3rem); letter-spacing: -0.015em; margin: 0 0 0.6rem; }
h2 { font-size: 1.5rem; margin: 0 0 0.4rem; }
h3 { font-size: 0.95rem; margin: 0; }
p { max-width: 44rem; margin: 0 0 1rem; }
.eyebrow { color: var(--soft); font-size: 0.85rem; margin: 0 0 0.75rem; }
.lead { font-size: 1.1rem; color: var(--soft); }
section { margin-top: clamp(2.5rem, 6vw, 4rem); }
section > p { color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 1px; margin: 2rem 0 0; padding: 0; background: var(--rule); border: 1px solid var(--rule); border-radius: 10px; overflow: hidden; }
.figures > div { background: var(--card); padding: 1.1rem 1.25rem; }
.figures dt { color: var(--soft); font-size: 0.85rem; }
.figures dd { margin: 0; }
.figures .value { font-size: 1.55rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; white-space: nowrap; }
.figures .note { color: var(--soft); font-size: 0.85rem; line-height: 1.45; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1.25rem; }
.charts figure, .sheet { margin: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem; }
.charts figcaption p { font-size: 0.85rem; line-height: 1.45; color: var(--soft); margin: 0.15rem 0 0.6rem; }
.charts figure { display: flex; flex-direction: column; justify-content: space-between; }
svg.chart { display: block; width: 100%; height: auto; overflow: visible; font-size: 12px; font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--faint); } .chart .axis { stroke: var(--rule); } .chart .zero { stroke: var(--soft); stroke-width: 1; }
.chart .tick, .chart .label { fill: var(--soft); } .chart .name { font-weight: 600; }
.chart .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.chart .line.series-1 { stroke: var(--one); } .chart .line.series-2 { stroke: var(--two); }
.chart .mark.series-1, .chart .name.series-1 { fill: var(--one); } .chart .mark.series-2, .chart .name.series-2 { fill: var(--two); }
.chart .band { opacity: 0.2; } .chart .band.series-1 { fill: var(--one); } .chart .band.series-2 { fill: var(--two); }
.chart .target { fill: transparent; } .chart .dot:hover .mark { r: 4.5px; }
.sheet { padding: clamp(0.5rem, 2vw, 1rem); }
.sheet .frame { margin: 0 auto; }
.sheet img { display: block; width: 100%; height: auto; image-rendering: pixelated; border-radius: 4px; }
.sheet .heads { display: grid; margin-bottom: 0.35rem; color: var(--soft); font-size: clamp(0.55rem, 1.7vw, 0.8rem); line-height: 1.25; text-align: center; font-variant-numeric: tabular-nums; align-items: end; }
.sheet .heads span { overflow-wrap: anywhere; hyphens: auto; padding: 0 1px; }
.sheet figcaption { color: var(--soft); font-size: 0.85rem; margin-top: 0.6rem; max-width: 44rem; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1.5rem 2.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.4rem; }
th, td { text-align: left; padding: 0.32rem 0.75rem 0.32rem 0; border-top: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 400; color: var(--soft); }
.facts th { width: 45%; } .facts td { overflow-wrap: anywhere; }
details { margin-top: 1.25rem; } summary { cursor: pointer; color: var(--soft); font-size: 0.9rem; }
.wide { overflow-x: auto; margin-top: 0.75rem; } .wide td, .wide th { text-align: right; white-space: nowrap; }
pre { margin: 0; padding: 1rem; overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; font: 0.85rem/1.7 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
footer { margin-top: clamp(2.5rem, 6vw, 4rem); padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: 0.85rem; }
@media print { section, figure { break-inside: avoid; } }
`
