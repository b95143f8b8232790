// Charts of the documentation as SVG, by Vega: layers of lines, areas, bars, intervals and points on common axes.
import { parse, View } from 'vega'

export const COLOURS = ['#2980b9', '#c0392b', '#27ae60', '#8e44ad']
const [WIDTH, HEIGHT] = [560, 260]
const LEGEND = { stroke: 'names', orient: 'top', direction: 'horizontal', symbolType: 'stroke', labelLimit: 300 }

/**
 * @param layers { mark: 'line' | 'area' | 'bars' | 'intervals' | 'points', rows: [[x, y] or [x, y, y2]], name?, colour?,
 *   size? }. Bars reach from x of their row to that of the next; size is the diameter of points.
 * @param axes x and y: { title, domain: [low, high], labels? }, labels being { value: text }
 * @returns the text of an SVG file
 */
export async function chart(layers, { x, y }) {
  const shown = layers.map((layer, i) => ({ colour: COLOURS[i % COLOURS.length], ...layer }))
  const named = shown.filter(({ name }) => name)
  const spec = {
    width: WIDTH,
    height: HEIGHT,
    padding: 8,
    background: 'white',
    data: shown.map(({ rows }, i) => ({ name: `layer${i}`, values: rows.map(asRecord) })),
    scales: [
      { name: 'x', type: 'linear', zero: false, domain: x.domain, range: 'width' },
      { name: 'y', type: 'linear', zero: false, domain: y.domain, range: 'height' },
      {
        name: 'names',
        type: 'ordinal',
        domain: named.map(({ name }) => name),
        range: named.map(({ colour }) => colour),
      },
    ],
    axes: [axis('bottom', 'x', x), axis('left', 'y', y)],
    legends: named.length > 0 ? [LEGEND] : [],
    marks: shown.map((layer, i) => mark(layer, `layer${i}`, { x, y })),
  }
  const view = new View(parse(spec), { renderer: 'none' })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}

const asRecord = ([x, y, y2], i, rows) => ({ x, y, y2, next: rows[i + 1]?.[0] ?? 2 * x - (rows[i - 1]?.[0] ?? x - 1) })

function axis(orient, scale, { title, labels }) {
  const named = labels && {
    values: Object.keys(labels).map(Number),
    encode: { labels: { update: { text: { signal: `${JSON.stringify(labels)}[datum.value]` } } } },
  }
  return { orient, scale, title, grid: true, gridColor: '#eee', ...named }
}

const at = (field, scale = 'x') => ({ scale, field })

function mark({ mark: kind, colour, rows, size = 2.5 }, data, axes) {
  const stroke = { value: colour }
  const place = { x: at('x'), y: at('y', 'y') }
  const base = { scale: 'y', value: 0 }
  switch (kind) {
    case 'line':
      return { type: 'line', from: { data }, encode: { enter: { ...place, stroke, strokeWidth: { value: 1.5 } } } }
    case 'area':
      return {
        type: 'area',
        from: { data },
        encode: { enter: { ...place, y2: base, fill: stroke, fillOpacity: { value: 0.2 } } },
      }
    case 'bars': {
      const fill = { fill: stroke, fillOpacity: { value: 0.35 } }
      return { type: 'rect', from: { data }, encode: { enter: { ...place, x2: at('next'), y2: base, ...fill } } }
    }
    case 'intervals':
      return {
        type: 'rule',
        from: { data },
        encode: { enter: { ...place, y2: at('y2', 'y'), stroke, strokeWidth: { value: 3 } } },
      }
    case 'points': {
      const shape = { path: { value: dots(rows, axes) }, strokeWidth: { value: size }, strokeCap: { value: 'round' } }
      return { type: 'path', encode: { enter: { ...shape, stroke, strokeOpacity: { value: size > 3 ? 1 : 0.45 } } } }
    }
  }
}

/** All points as one path of strokes without length, a tenth of the bytes of a symbol each. */
function dots(rows, { x, y }) {
  const part = (value, [low, high]) => (value - low) / (high - low)
  const inside = rows.filter(([a, b]) => [part(a, x.domain), part(b, y.domain)].every((at) => at >= 0 && at <= 1))
  const place = ([a, b]) =>
    `M${(part(a, x.domain) * WIDTH).toFixed(1)},${((1 - part(b, y.domain)) * HEIGHT).toFixed(1)}h0.01`
  return inside.map(place).join('')
}

/** A histogram as bars that have the area 1 together. */
export function histogram(values, { low, high, bins }) {
  const width = (high - low) / bins
  const counts = new Array(bins).fill(0)
  for (const value of values) if (value >= low && value < high) counts[Math.floor((value - low) / width)] += 1
  return counts.map((count, i) => [low + i * width, count / (values.length * width)])
}

/** [[x, f(x)]] at evenly spaced places. */
export function curve(f, { low, high, points = 200 }) {
  return Array.from({ length: points + 1 }, (_, i) => low + (i * (high - low)) / points).map((x) => [x, f(x)])
}
