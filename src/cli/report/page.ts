/** The pieces every report is made of: the page around it, headline figures, pictures, tables. All give HTML text. */

import { style } from './style.ts'
import { escape } from './svg.ts'

/** A picture of many small ones. `heads` stand over its columns, which are of equal width. */
export interface Picture {
  readonly png: Uint8Array
  readonly width: number
  readonly height: number
  readonly alt: string
  readonly heads?: readonly string[]
}

export interface Figure {
  readonly name: string
  readonly value: string
  readonly note: string
}

/** A row of a two-column table. */
export type Fact = readonly [name: string, value: string]

/** The whole document. It asks the network for nothing, and its policy forbids it to. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

export function section(title: string, text: string, content: string): string {
  return `<section>\n<h2>${escape(title)}</h2>\n<p>${escape(text)}</p>\n${content}\n</section>`
}

export function figures(items: readonly Figure[]): string {
  const cells = items.map(
    ({ name, value, note }) =>
      `<div><dt>${escape(name)}</dt><dd class="value">${escape(value)}</dd><dd class="note">${escape(note)}</dd></div>`,
  )
  return `<dl class="figures">\n${cells.join('\n')}\n</dl>`
}

// Beyond this the pixels of a digit are all one sees.
const LARGEST_SCALE = 2.5

/** A sheet with its column heads, no wider than its pixels allow. */
export function sheet(picture: Picture, caption: string): string {
  const { png, width, height, alt, heads = [] } = picture
  const head = heads.map((text) => `<span>${escape(text)}</span>`).join('')
  const grid =
    heads.length > 0
      ? `<div class="heads" style="grid-template-columns:repeat(${heads.length},1fr)">${head}</div>\n`
      : ''
  return `<figure class="sheet">
<div class="frame" style="max-width:${Math.round(width * LARGEST_SCALE)}px">
${grid}<img src="${dataUri(png)}" width="${width}" height="${height}" alt="${escape(alt)}">
</div>
<figcaption>${escape(caption)}</figcaption>
</figure>`
}

function dataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`
}

export function facts(caption: string, rows: readonly Fact[]): string {
  const body = rows.map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`)
  return `<table class="facts">\n<caption>${escape(caption)}</caption>\n${body.join('\n')}\n</table>`
}

/** A table of numbers with a heading row, which scrolls sideways by itself on a narrow screen. */
export function numbers(heads: readonly string[], rows: readonly (readonly string[])[], label: string): string {
  const head = heads.map((text) => `<th scope="col">${escape(text)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((text) => `<td>${escape(text)}</td>`).join('')}</tr>`)
  return `<div class="wide" tabindex="0" role="region" aria-label="${escape(label)}"><table>\n<tr>${head}</tr>\n${body.join('\n')}\n</table></div>`
}

/** JSON inside the page, for programs that read reports. */
export function data(id: string, value: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`
}
