/** Line charts by uPlot, in the colours of the theme and as wide as their place. */

import { type ReadonlySignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { colour, themeVersion } from '../theme.ts'
import 'uplot/dist/uPlot.min.css'

export interface Line {
  readonly label: string
  /** A colour of theme.css; default `--accent`. */
  readonly colour?: string
  readonly dashed?: boolean
  /** Draws points instead of a line. */
  readonly points?: boolean
  /** Draws steps, as of a histogram, filled below. */
  readonly steps?: boolean
}

export interface Axis {
  readonly label: string
  /** Fixed ends; default: as the data has it. */
  readonly range?: readonly [number, number]
}

interface Props {
  /** What the chart shows, for those who can't see it. */
  readonly label: string
  /** x, then one array for each line; null where there is nothing. */
  readonly data: ReadonlySignal<uPlot.AlignedData>
  readonly lines: readonly Line[]
  readonly x: Axis
  readonly y: Axis
  /** Pixels; default 180. */
  readonly height?: number
}

export function Chart({ label, data, lines, x, y, height = 180 }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  useSignalEffect(() => {
    themeVersion.value
    chart.current?.destroy()
    const width = Math.max(place.current!.clientWidth, 1)
    chart.current = new uPlot(options(lines, x, y, width, height), data.peek(), place.current!)
  })
  useSignalEffect(() => chart.current?.setData(data.value))
  useEffect(() => {
    const observer = new ResizeObserver(() =>
      chart.current?.setSize({ width: Math.max(place.current!.clientWidth, 1), height }),
    )
    observer.observe(place.current!)
    return () => {
      observer.disconnect()
      chart.current?.destroy()
    }
  }, [])
  return (
    <figure class="chart">
      <figcaption>
        {lines.map((line) => (
          <span
            key={line.label}
            class={line.dashed ? 'key dashed' : 'key'}
            style={{ '--key': `var(${colourOf(line)})` }}
          >
            {line.label}
          </span>
        ))}
      </figcaption>
      <div ref={place} role="img" aria-label={label} style={{ height: `${height}px` }} />
    </figure>
  )
}

const colourOf = (line: Line) => line.colour ?? '--accent'

function options(lines: readonly Line[], x: Axis, y: Axis, width: number, height: number): uPlot.Options {
  const range = (axis: Axis): Pick<uPlot.Scale, 'range'> => (axis.range ? { range: [...axis.range] } : {})
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, ...range(x) }, y: range(y) },
    axes: [axisOptions(x, 34), axisOptions(y, 52)],
    series: [{}, ...lines.map(seriesOptions)],
  }
}

function seriesOptions(line: Line): uPlot.Series {
  const stroke = colour(colourOf(line))
  return {
    stroke,
    width: line.points ? 0 : 1.5,
    points: { show: line.points ?? false, size: 4, fill: stroke },
    ...(line.dashed && { dash: [5, 4] }),
    ...(line.steps && { paths: uPlot.paths.stepped!({ align: 1 }), fill: colour('--accent-soft') }),
  }
}

function axisOptions(axis: Axis, size: number): uPlot.Axis {
  const line = { stroke: colour('--line'), width: 1 }
  const font = '12px system-ui, sans-serif'
  return {
    label: axis.label,
    labelSize: 18,
    labelFont: font,
    font,
    size,
    stroke: colour('--muted'),
    grid: line,
    ticks: line,
  }
}
