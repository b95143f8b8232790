/** The page begins here. */

import { render } from 'preact'
import { App } from './app.tsx'
import './styles/theme.css'
import './styles/shell.css'
import './styles/controls.css'
import './styles/room.css'

render(<App />, document.getElementById('app')!)
