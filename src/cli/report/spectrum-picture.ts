/** Eigenvalues in the complex plane as an SVG document of its own. */

import { escape } from './svg.ts'

export interface SpectrumPicture {
  readonly title: string
  /** The second largest modulus, drawn as a circle; where there is none, nothing is drawn. */
  readonly second?: number | undefined
  readonly real?: ArrayLike<number> | undefined
  readonly imaginary?: ArrayLike<number> | undefined
}

const SIDE = 480
const CENTRE = SIDE / 2
const RADIUS = 200

const style = `
  text { font: 14px ui-sans-serif, system-ui, sans-serif; fill: #1e1d1a; }
  .paper { fill: #fbfaf6; } .unit { fill: none; stroke: #68645b; } .axis { stroke: #e3dfd4; }
  .second { fill: none; stroke: #c24a14; stroke-dasharray: 5 4; } .value { fill: #1f5fc0; fill-opacity: 0.65; }
`

/** The unit circle, the circle of the second largest modulus, and the eigenvalues where they are known. */
export function spectrumPicture({ title, second, real, imaginary }: SpectrumPicture): string {
  const points = Array.from(real ?? [], (re, k) => point(re, imaginary![k]!))
  const gap = second === undefined ? '' : `<circle class="second" cx="${CENTRE}" cy="${CENTRE}" r="${at(second)}"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-label="${escape(title)}">
<title>${escape(title)}</title>
<style>${style}</style>
<rect class="paper" width="${SIDE}" height="${SIDE}"/>
<line class="axis" x1="${CENTRE - RADIUS}" x2="${CENTRE + RADIUS}" y1="${CENTRE}" y2="${CENTRE}"/>
<line class="axis" y1="${CENTRE - RADIUS}" y2="${CENTRE + RADIUS}" x1="${CENTRE}" x2="${CENTRE}"/>
<circle class="unit" cx="${CENTRE}" cy="${CENTRE}" r="${RADIUS}"/>
${gap}
${points.join('\n')}
<text x="${CENTRE}" y="22" text-anchor="middle">${escape(title)}</text>
<text x="${CENTRE + RADIUS + 8}" y="${CENTRE + 5}">1</text>
</svg>
`
}

function point(real: number, imaginary: number): string {
  const [x, y] = [CENTRE + RADIUS * real, CENTRE - RADIUS * imaginary]
  return `<circle class="value" cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="3"/>`
}

function at(modulus: number): string {
  return (RADIUS * modulus).toFixed(2)
}
