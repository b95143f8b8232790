// Every link and picture of the built site: whether the file is there, and in it the place that the link names.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'parse5'

/** Attributes that name another file. */
const NAMING = { a: 'href', link: 'href', img: 'src', script: 'src', source: 'src' }
const EXTERNAL = /^[a-z][a-z0-9+.-]*:/i
/** The only external things are links that somebody clicks. */
const CLICKED = /^(https?|mailto):/

/** @returns sentences, one for each link or file that is wrong */
export function brokenLinks(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'))
  const pages = new Map(files.map((file) => [`/${file}`, look(readFileSync(join(folder, file), 'utf8'))]))
  return [...pages].flatMap(([page, { names }]) =>
    names.map(({ tag, value }) => wrong({ tag, value, page, pages, folder })).filter(Boolean),
  )
}

function wrong({ tag, value, page, pages, folder }) {
  if (EXTERNAL.test(value) || value.startsWith('//')) {
    if (tag === 'a' && CLICKED.test(value)) return undefined
    return value.startsWith('data:') ? undefined : `${page}: <${tag}> loads ${value} from elsewhere`
  }
  const { pathname, hash } = new URL(value, `http://site${page}`)
  const file = fileOf(decodeURIComponent(pathname), folder)
  if (!file) return `${page}: ${value} is not there`
  const place = decodeURIComponent(hash.slice(1))
  const places = pages.get(file)?.places
  return place && places && !places.has(place) ? `${page}: ${value}: the page has no #${place}` : undefined
}

/** As a plain file server finds it. */
function fileOf(path, folder) {
  const candidates = path.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`]
  return candidates.find((one) => statSync(join(folder, one), { throwIfNoEntry: false })?.isFile())
}

/** What a page names and the places in it that a link may name. */
function look(html) {
  const names = []
  const places = new Set()
  const visit = ({ tagName, attrs = [], childNodes = [], content }) => {
    for (const { name, value } of attrs) {
      if (name === 'id') places.add(value)
      if (name === NAMING[tagName] && value) names.push({ tag: tagName, value })
    }
    for (const child of childNodes) visit(child)
    if (content) visit(content)
  }
  visit(parse(html))
  return { names, places }
}
