// A plugin of TypeDoc: names are grouped by the area of the library that they belong to, src/<area>/, and each area gets a
// page with all its names and what they are in one sentence, and a sidebar of its own (api/sidebar.json).
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ReflectionKind } from 'typedoc'
import { MemberRouter } from 'typedoc-plugin-markdown'

const AREAS = {
  energy: 'Energy models',
  sampling: 'Sampling',
  flow: 'Flows',
  random: 'Random numbers',
  io: 'Files and formats',
  backend: 'Backends',
  general: 'Errors and common types',
}
const KINDS = [
  [ReflectionKind.Class, 'Classes'],
  [ReflectionKind.Function, 'Functions'],
  [ReflectionKind.Variable, 'Constants'],
  [ReflectionKind.Interface, 'Interfaces'],
  [ReflectionKind.TypeAlias, 'Types'],
]

/** By the first folder of its source file; what lies in no area is general. */
function areaOf(reflection) {
  const path = reflection.project.getSymbolIdFromReflection(reflection)?.packagePath ?? ''
  const area = path.split('/')[1]
  if (area === 'density') return 'sampling'
  return area in AREAS ? area : 'general'
}

class AreaRouter extends MemberRouter {
  getReflectionDirectory(reflection) {
    return join(areaOf(reflection), this.directories.get(reflection.kind))
  }
}

/** The first sentence of its comment. */
function sentence(reflection) {
  const comment = reflection.comment ?? reflection.signatures?.[0]?.comment
  const text = (comment?.summary ?? []).map(({ text }) => text).join('')
  const [first] = text
    .replace(/\s+/g, ' ')
    .trim()
    .split(/(?<=[.:;])\s/)
  return first.replace(/[:;]$/, '.').replace(/[<{|]/g, '\\$&')
}

/** The names of an area by kind: [[title, [{ name, url, summary }]]]. */
function groups(project, area, router) {
  const own = project.children.filter((child) => areaOf(child) === area)
  const named = (kind) => own.filter((child) => child.kind === kind).sort((a, b) => a.name.localeCompare(b.name, 'en'))
  return KINDS.map(([kind, title]) => [
    title,
    named(kind).map((child) => ({ name: child.name, url: router.getFullUrl(child), summary: sentence(child) })),
  ]).filter(([, names]) => names.length > 0)
}

function overview(title, kinds, depth) {
  const lists = kinds.map(([kind, names]) => {
    const lines = names.map(
      ({ name, url, summary }) => `- [\`${name}\`](${depth}${url})${summary ? `: ${summary}` : ''}`,
    )
    return `## ${kind}\n\n${lines.join('\n')}\n`
  })
  return `# ${title}\n\n${lists.join('\n')}`
}

function write(out, project, router) {
  const areas = Object.entries(AREAS).map(([area, title]) => ({ area, title, kinds: groups(project, area, router) }))
  const links = areas.map(({ area, title }) => ({ text: title, link: `/api/${area}/` }))
  const sidebar = { '/api/': [{ text: 'Reference', items: links }] }
  for (const { area, title, kinds } of areas) {
    const items = kinds.map(([text, names]) => ({
      text,
      collapsed: text === 'Interfaces' || text === 'Types',
      items: names.map(({ name, url }) => ({ text: name, link: `/api/${url}` })),
    }))
    sidebar[`/api/${area}/`] = [
      { text: title, link: `/api/${area}/`, items },
      { text: 'Other areas', items: links },
    ]
    mkdirSync(dirname(join(out, area, 'index.md')), { recursive: true })
    writeFileSync(join(out, area, 'index.md'), overview(title, kinds, '../'))
  }
  const list = areas.map(({ area, title, kinds }) => `- [${title}](${area}/index.md): ${main(kinds)}`)
  writeFileSync(join(out, 'index.md'), `# Reference\n\nEverything that \`gibbsite\` exports.\n\n${list.join('\n')}\n`)
  writeFileSync(join(out, 'sidebar.json'), JSON.stringify(sidebar))
}

/** The classes and functions of an area, for the list of areas. */
function main(kinds) {
  const names = kinds.filter(([title]) => title === 'Classes' || title === 'Functions').flatMap(([, all]) => all)
  return names.map(({ name, url }) => `[\`${name}\`](${url})`).join(', ')
}

export function load(app) {
  app.renderer.defineRouter('area', AreaRouter)
  app.renderer.postRenderAsyncJobs.push(async ({ outputDirectory, project }) =>
    write(outputDirectory, project, app.renderer.router),
  )
}
