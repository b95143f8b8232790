// Files of the repository that are pages here too (docs/project includes them) keep the links that work in the repository:
// those to such files, and into docs/, become links of the site.
const PAGES = {
  'ARCHITECTURE.md': '/project/architecture',
  'CHANGELOG.md': '/project/changelog',
  'CONTRIBUTING.md': '/project/contributing',
  'SECURITY.md': '/project/security',
  'bench/RESULTS.md': '/project/results',
}

/** The link of the site for one of the repository, or the same. */
function onSite(href) {
  const path = href.replace(/^(\.\.?\/)+/, '')
  const [file, anchor] = path.split('#')
  if (file in PAGES) return [PAGES[file], anchor].filter(Boolean).join('#')
  return path.startsWith('docs/') ? path.slice('docs'.length) : href
}

/** A plugin of markdown-it. */
export function repositoryLinks(md) {
  md.core.ruler.push('repository-links', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href) token.attrSet('href', onSite(href))
    }
  })
}
