import { describe, expect, it } from 'vitest'
import { type Chart, lineChart, ticks } from '../../src/cli/report/chart.ts'
import { type RbmReport, rbmReport } from '../../src/cli/report/rbm-report.ts'
import { decimal, duration } from '../../src/cli/report/svg.ts'

describe('numbers in words', () => {
  it.each([
    [-1234.5678, 2, '−1,234.57'],
    [0, 1, '0.0'],
    [-0.001, 2, '0.00'],
    [60000, 0, '60,000'],
  ])('%d with %d decimals is %s', (value, digits, text) => expect(decimal(value, digits)).toBe(text))

  it.each([
    [0.0004, '0 ms'],
    [0.85, '850 ms'],
    [0.9999, '1.0 s'],
    [59.96, '1 min 0 s'],
    [3599.9, '1 h 0 min'],
    [12000, '3 h 20 min'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text))
})

describe('ticks', () => {
  it.each([
    [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [-131.2, -92.9, [-140, -130, -120, -110, -100, -90]],
    [1, 20, [0, 5, 10, 15, 20]],
    [-0.0003, 0.0004, [-0.0004, -0.0002, 0, 0.0002, 0.0004]],
  ])('from %d to %d', (low, high, wanted) => expect(ticks(low, high, 5)).toEqual(wanted))
})

const chart = (points: { x: number; y: number; low?: number; high?: number }[]): Chart => ({
  title: 'A <title> & "more"',
  description: 'What it shows.',
  xLabel: 'epoch',
  unit: 'nats',
  series: [{ name: 'test', color: 1, points }],
})

describe('a chart', () => {
  it('puts points where their numbers are', () => {
    const svg = lineChart(chart([1, 2, 3].map((x) => ({ x, y: x * x }))))
    const circles = [...svg.matchAll(/<circle class="mark series-1" cx="([\d.]+)" cy="([\d.]+)"/g)]
    const [a, b, c] = circles.map(([, x, y]) => [Number(x), Number(y)] as const)
    expect(b![0] - a![0]).toBeCloseTo(c![0] - b![0], 1)
    // y is 1, 4, 9 and grows upward: the second step is 5/3 of the first.
    expect((b![1] - c![1]) / (a![1] - b![1])).toBeCloseTo(5 / 3, 1)
  })

  it('escapes its texts', () => {
    const svg = lineChart(chart([{ x: 1, y: 1 }]))
    expect(svg).toContain('aria-label="A &#60;title&#62; &#38; &#34;more&#34;.')
  })

  it.each([
    ['one point', [{ x: 1, y: -5 }]],
    ['equal points', [1, 2, 3].map((x) => ({ x, y: 2 }))],
    ['zeros', [1, 2].map((x) => ({ x, y: 0 }))],
    ['a long run', Array.from({ length: 2000 }, (_, i) => ({ x: i + 1, y: -1 / (i + 1) }))],
    ['a band', [1, 2].map((x) => ({ x, y: 1, low: 0, high: 2 }))],
  ])('draws %s with finite numbers', (_name, points) => {
    const svg = lineChart(chart(points))
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    for (const [, y] of svg.matchAll(/ c?y="(-?[\d.]+)"/g)) {
      expect(Number(y)).toBeGreaterThanOrEqual(0)
      expect(Number(y)).toBeLessThanOrEqual(232)
    }
  })
})

describe('a report', () => {
  const report: RbmReport = {
    dataName: '<img src=x onerror=alert(1)>',
    visible: 4,
    hidden: 2,
    noun: 'rows',
    trainRows: 10,
    testRows: 0,
    method: 'persistent contrastive divergence',
    history: { format: 'gibbsite-history-1', seed: '</script>', epochs: [] },
    options: [['seed', '1']],
    machine: [],
    timings: [],
    trainSeconds: 0.5,
  }

  it('takes names as text', () => {
    const html = rbmReport(report)
    expect(html).not.toContain('<img')
    expect(html.match(/<\/script>/g)).toHaveLength(1)
  })

  it('without measurements has no charts and no gaps', () => {
    const html = rbmReport(report)
    expect(html).not.toContain('<svg')
    expect(html).not.toMatch(/undefined|NaN/)
  })
})
