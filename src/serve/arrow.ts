/** Answers as an Arrow table, by the package `apache-arrow` where it is installed. */

import type { Answer, AnswerArray } from './answer.ts'
import { optionalPackage } from './optional.ts'
import { Refusal } from './refusal.ts'

type Arrow = typeof import('apache-arrow')

/**
 * The bytes of a stream with one table: a column for each array, a row for each of its rows. A matrix is a column of lists
 * of its width. What is not an array is in the metadata of the schema, as JSON under `gibbsite`.
 *
 * @throws Refusal (406) where the package is missing
 */
export async function encodeArrow(arrays: Answer['arrays'], facts: Answer['facts']): Promise<Buffer> {
  const arrow = await load()
  const columns = Object.entries(arrays).map(([name, array]) => [name, column(arrow, array)] as const)
  const fields = columns.map(([name, data]) => new arrow.Field(name, data.type))
  const schema = new arrow.Schema(fields, new Map([['gibbsite', JSON.stringify(facts)]]))
  const length = columns[0]![1].length
  const children = columns.map(([, data]) => data)
  const batch = new arrow.RecordBatch(
    schema,
    arrow.makeData({ type: new arrow.Struct(fields), length, nullCount: 0, children }),
  )
  return Buffer.from(arrow.tableToIPC(new arrow.Table(schema, batch), 'stream'))
}

async function load(): Promise<Arrow> {
  try {
    return await optionalPackage<Arrow>('apache-arrow', () => import('apache-arrow'))
  } catch (error) {
    throw new Refusal(406, (error as Error).message)
  }
}

function column(arrow: Arrow, { data, shape }: AnswerArray): import('apache-arrow').Data {
  let column: import('apache-arrow').Data = arrow.makeVector(data).data[0]!
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const width = shape[axis]!
    const type = new arrow.FixedSizeList(width, new arrow.Field('item', column.type))
    column = arrow.makeData({ type, length: column.length / width, nullCount: 0, child: column })
  }
  return column
}
