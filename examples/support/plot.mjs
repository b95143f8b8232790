// A line chart as SVG: curves over a common axis, each with its name at the top.
const COLOURS = ['#c0392b', '#2980b9', '#27ae60', '#8e44ad', '#e67e22', '#16a085', '#7f8c8d']
const [WIDTH, HEIGHT, LEFT, TOP] = [680, 420, 56, 84]
const [ACROSS, DOWN] = [WIDTH - LEFT - 16, HEIGHT - TOP - 44]

/** @param curves { name: [[x, y], ...] }, x from 0 to `right` and y from `bottom` to `top` */
export function plot(curves, { x, y, right = 1, bottom = 0, top = 1 }) {
  const up = (value) => (value - bottom) / (top - bottom)
  const at = ([px, py]) => `${(LEFT + (px / right) * ACROSS).toFixed(1)},${(TOP + (1 - up(py)) * DOWN).toFixed(1)}`
  const short = (value) => Number(value.toFixed(2))
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
  const grid = ticks.flatMap((t) => [
    `<path d="M${LEFT} ${TOP + t * DOWN}h${ACROSS} M${LEFT + t * ACROSS} ${TOP}v${DOWN}" stroke="#ddd"/>`,
    `<text x="${LEFT - 8}" y="${TOP + (1 - t) * DOWN + 4}" text-anchor="end">${short(bottom + t * (top - bottom))}</text>`,
    `<text x="${LEFT + t * ACROSS}" y="${TOP + DOWN + 18}" text-anchor="middle">${short(t * right)}</text>`,
  ])
  const lines = Object.entries(curves).flatMap(([name, points], k) => {
    const [cx, cy] = [LEFT + (k % 3) * 210, 18 + 20 * Math.floor(k / 3)]
    const style = `stroke="${COLOURS[k]}" stroke-width="2" fill="none"${k >= 3 ? ' stroke-dasharray="6 3"' : ''}`
    return [
      `<polyline points="${points.map(at).join(' ')}" ${style}/>`,
      `<path d="M${cx} ${cy}h24" ${style}/><text x="${cx + 30}" y="${cy + 4}">${name}</text>`,
    ]
  })
  const labels = [
    `<text x="${LEFT + ACROSS / 2}" y="${HEIGHT - 8}" text-anchor="middle">${x}</text>`,
    `<text transform="translate(14 ${TOP + DOWN / 2}) rotate(-90)" text-anchor="middle">${y}</text>`,
  ]
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`
  return [
    head,
    `<title>${y} against ${x}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...grid,
    ...lines,
    ...labels,
    '</svg>\n',
  ].join('\n')
}
