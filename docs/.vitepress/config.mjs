// The documentation as a site. Built by `npm run docs`, which makes docs/api first.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { repositoryLinks } from './repository-links.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { version } = JSON.parse(readFileSync(here('../../package.json')))

const sections = [
  [
    'Start',
    [
      ['Getting started', 'guide/getting-started'],
      ['Which model for what', 'guide/which-model'],
      ['The command', 'guide/command'],
      ['The server', 'guide/server'],
      ['The playground', 'guide/playground'],
    ],
  ],
  [
    'Energy models',
    [
      ['Hopfield networks', 'models/hopfield'],
      ['How many patterns a network holds', 'hopfield-capacity'],
      ['Boltzmann machines and Ising', 'models/boltzmann'],
      ['Restricted Boltzmann machines', 'models/rbm'],
      ['Gaussian RBM', 'models/gaussian-rbm'],
    ],
  ],
  [
    'Sampling',
    [
      ['Random numbers and distributions', 'models/distributions'],
      ['Importance sampling', 'models/importance'],
      ['Metropolis-Hastings', 'models/metropolis'],
      ['NUTS', 'models/nuts'],
      ['Gibbs sampling', 'models/gibbs'],
      ['Markov chains', 'models/markov-chains'],
      ['Diagnostics', 'models/diagnostics'],
    ],
  ],
  [
    'Flows',
    [
      ['Planar', 'models/planar'],
      ['NICE', 'models/nice'],
      ['Real NVP', 'models/real-nvp'],
      ['Glow', 'models/glow'],
    ],
  ],
  [
    'In depth',
    [
      ['Files and formats', 'guide/files'],
      ['Long runs', 'guide/long-runs'],
      ['Reproducibility', 'guide/reproducibility'],
      ['Performance', 'guide/performance'],
      ['Coming from PyTorch, scikit-learn, Stan', 'guide/coming-from'],
      ['Adding a kernel', 'guide/adding-a-kernel'],
    ],
  ],
  [
    'Project',
    [
      ['Architecture', 'project/architecture'],
      ['Measured results', 'project/results'],
      ['Changes', 'project/changelog'],
      ['Contributing', 'project/contributing'],
      ['Security', 'project/security'],
    ],
  ],
]

const written = ([, path]) => existsSync(here(`../${path}.md`))
const guide = sections.map(([text, pages]) => ({
  text,
  items: pages.filter(written).map(([title, path]) => ({ text: title, link: `/${path}` })),
}))

const sidebarOfReference = here('../api/sidebar.json')
const reference = existsSync(sidebarOfReference) ? JSON.parse(readFileSync(sidebarOfReference)) : {}

export default defineConfig({
  title: 'gibbsite',
  description:
    'Hopfield networks, Boltzmann machines, Monte-Carlo samplers and normalizing flows for Node and the browser',
  lastUpdated: false,
  markdown: { config: repositoryLinks, languageAlias: { stan: 'cpp' } },
  // Pages of the reference are many and one is large: that is no reason for a warning.
  vite: { build: { chunkSizeWarningLimit: 8000 } },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/guide/getting-started' },
      { text: 'Models', link: '/guide/which-model' },
      { text: 'Reference', link: '/api/' },
      { text: version, link: '/project/changelog' },
    ],
    sidebar: { ...reference, '/': guide },
    outline: { level: [2, 3] },
    search: { provider: 'local' },
  },
})
