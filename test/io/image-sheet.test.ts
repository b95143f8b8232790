import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { ArgumentError, decodePng, imageSheet } from '#gibbsite'

const images = [
  [0, 1, 0.5, 2],
  [1, 1, 1, 1],
  [-1, 0, 0, 0],
]

describe('imageSheet', () => {
  it('lays images out from the top left, with gaps around them', async () => {
    const { width, height, data } = await decodePng(imageSheet(images, { height: 2, width: 2, columns: 2 }))
    expect([width, height]).toEqual([7, 7])
    const g = 204
    const drawn = Array.from(data, (value) => Math.round(value * 255))
    expect(Array.from({ length: 7 }, (_, y) => drawn.slice(7 * y, 7 * y + 7))).toEqual([
      [g, g, g, g, g, g, g],
      [g, 0, 255, g, 255, 255, g],
      [g, 128, 255, g, 255, 255, g],
      [g, g, g, g, g, g, g],
      [g, 0, 0, g, g, g, g],
      [g, 0, 0, g, g, g, g],
      [g, g, g, g, g, g, g],
    ])
  })

  it('is about square when nothing is said', async () => {
    const many = Array.from({ length: 10 }, () => [0])
    const { width, height } = await decodePng(imageSheet(many, { height: 1, width: 1, gap: 0 }))
    expect([width, height]).toEqual([4, 3])
  })

  it('scales every number to a square', async () => {
    const { width, data } = await decodePng(imageSheet([[0, 1]], { height: 1, width: 2, gap: 0, scale: 3 }))
    expect(width).toBe(6)
    expect([...data]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1])
  })

  const colours = (range: 'symmetric' | 'each') => {
    const rows = [
      [-2, 0, 2],
      [-1, 0, 1],
      [0, 0, 0],
    ]
    const { data, channels } = decode(imageSheet(rows, { height: 1, width: 3, columns: 1, gap: 0, range }))
    expect(channels).toBe(3)
    return Array.from({ length: 9 }, (_, i) => [...data.slice(3 * i, 3 * i + 3)])
  }
  const [blue, white, red] = [
    [33, 102, 172],
    [247, 247, 247],
    [178, 24, 43],
  ]

  it('symmetric: blue, white, red by the largest of all', () => {
    const half = [[140, 175, 210], white, [213, 136, 145]]
    expect(colours('symmetric')).toEqual([blue, white, red, ...half, white, white, white])
  })

  it('each: by the largest of each image, and zeros are white', () => {
    expect(colours('each')).toEqual([blue, white, red, blue, white, red, white, white, white])
  })

  it.each([
    [images, { height: 3, width: 2 }, 'expected `images` to have 6 columns; got 4'],
    [images, { height: 2 }, 'expected `width` to be a positive integer; got undefined'],
    [images, { height: 2, width: 2, colums: 3 }, 'did you mean "columns"?'],
    [
      images,
      { height: 2, width: 2, range: 'full' },
      'expected `range` to be "unit", "symmetric" or "each"; got "full"',
    ],
    [images, { height: 2, width: 2, scale: 0.5 }, 'expected `scale` to be an integer from 1 to 64; got 0.5'],
    [[[Number.NaN]], { height: 1, width: 1 }, 'got NaN in row 0, column 0'],
    [Array(9000).fill([0, 0, 0, 0]), { height: 2, width: 2, scale: 64, columns: 100 }, 'to make a sheet of at most'],
  ])('%#', (what, options, sentence) => {
    expect(() => imageSheet(what, options as never)).toThrow(ArgumentError)
    expect(() => imageSheet(what, options as never)).toThrow(sentence)
  })
})
