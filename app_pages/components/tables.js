const SVG = 'http://www.w3.org/2000/svg'
// Each look has a shape of its own: what is white here is the sign cut into it.
const SHAPES = {
  on_track: [
    ['circle', { cx: 8, cy: 8, r: 7.4, fill: 'currentColor' }],
    ['path', { d: 'M4.6 8.3l2.3 2.3 4.4-4.9', cut: 1 }],
  ],
  challenges: [
    ['path', { d: 'M8 .9L15.7 15H.3z', fill: 'currentColor' }],
    ['path', { d: 'M8 6v4M8 12.2v.6', cut: 1 }],
  ],
  needs_support: [
    ['rect', { x: .8, y: .8, width: 14.4, height: 14.4, rx: 2, fill: 'currentColor' }],
    ['path', { d: 'M5 5l6 6M11 5l-6 6', cut: 1 }],
  ],
  no_data: [
    ['path', { d: 'M2.6 8h.01M8 8h.01M13.4 8h.01', stroke: 'currentColor', 'stroke-width': 3.4, 'stroke-linecap': 'round' }],
  ],
  not_assessed: [['path', { d: 'M3 8h10', stroke: 'currentColor', 'stroke-width': 2 }]],
  paused: [['path', { d: 'M5.5 3v10M10.5 3v10', line: 1 }]],
  reading: [['path', { d: 'M8 1.5v8.5M4 6.5l4 4 4-4M2 14h12', line: 1 }]],
  accepted: [['path', { d: 'M2.5 8.5l3.6 3.7L13.5 4', line: 1 }]],
  easier: [['path', { d: 'M2 4l11 7.5M13.5 6v6h-6', line: 1 }]],
  harder: [['path', { d: 'M2 12l11-7.5M7.5 4h6v6', line: 1 }]],
  better: [['path', { d: 'M8 14V2.5M3 7.5l5-5 5 5', line: 1 }]],
  worse: [['path', { d: 'M8 2v11.5M3 8.5l5 5 5-5', line: 1 }]],
  same: [['path', { d: 'M2 8h11.5M8.5 3l5 5-5 5', line: 1 }]],
  lost: [['path', { d: 'M2.6 8h.01M8 8h.01M13.4 8h.01', stroke: 'currentColor', 'stroke-width': 3, 'stroke-linecap': 'round' }]],
  new: [['circle', { cx: 8, cy: 8, r: 2.4, fill: 'currentColor' }]],
}
const CUT = { fill: 'none', stroke: '#fff', 'stroke-width': 1.8, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }
const LINE = { ...CUT, stroke: 'currentColor' }

function draw(tag, { cut, line, ...attributes }, namespace) {
  const node = namespace ? document.createElementNS(namespace, tag) : document.createElement(tag)
  const all = { ...(cut ? CUT : line ? LINE : {}), ...attributes }
  for (const [name, value] of Object.entries(all)) node.setAttribute(name, value)
  return node
}
function put(tag, attributes, ...children) {
  const node = draw(tag, attributes)
  node.append(...children)
  return node
}
function shape(look) {
  const svg = draw('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, SVG)
  svg.append(...SHAPES[look].map(([tag, attributes]) => draw(tag, attributes, SVG)))
  return svg
}
function address({ page, params }) {
  const query = new URLSearchParams(params).toString()
  return (page || './') + (query ? '?' + query : '')
}

function mark(look, text, words) {
  const said = [text, words[look]].filter(Boolean).join(': ')
  return put('span', { class: `mark ${look}`, role: 'img', 'aria-label': said, title: said }, shape(look))
}
function drawn(part, shared) {
  return typeof part === 'string' ? put('span', {}, part) : PARTS[part.is](part, shared)
}

// How each part of a cell is drawn; `shared` is what all cells of the element have in common.
const PARTS = {
  note: (part) => put('span', { class: 'note' }, part.text),
  pill: (part) => put('span', { class: `pill ${part.look}` }, shape(part.look), part.text),
  moved: (part) => put('span', { class: 'moved' }, shape(part.look), part.text),
  tag: (part) => put('span', { class: 'tag', title: part.title || part.text }, part.text),
  mark: (part, { words }) => mark(part.look, part.text, words),
  marks: (part, { words }) => put('span', { class: 'marks' }, ...part.marks.map(([look, text]) => mark(look, text, words))),
  link: (part, { params, follow }) => {
    const target = { page: part.page, params: { ...params, ...part.params } }
    const link = put('a', { href: address(target) }, part.text)
    link.onclick = (click) => {
      if (click.button || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return
      click.preventDefault()
      follow(target)
    }
    return link
  },
}

function heading(columns) {
  const cell = (column) => {
    const kind = column.figures ? { class: 'figures' } : {}
    return put('th', { scope: 'col', role: 'columnheader', ...kind }, column.title)
  }
  return put('thead', { role: 'rowgroup' }, put('tr', { role: 'row' }, ...columns.map(cell)))
}
function widths(columns) {
  const whole = columns.reduce((sum, column) => sum + column.share, 0)
  return put('colgroup', {}, ...columns.map((column) => put('col', { style: `width:${(100 * column.share) / whole}%` })))
}
function content(cell, shared) {
  const parts = cell.map((part) => drawn(part, shared))
  return put('div', { class: 'cell' }, ...(parts.length ? parts : [put('span', { role: 'img', 'aria-label': shared.empty }, '–')]))
}
function row({ cells, chosen }, columns, shared) {
  const [name, ...rest] = cells.map((cell) => content(cell, shared))
  const first = put('th', { scope: 'row', role: 'rowheader' }, name)
  const others = rest.map((cell, index) => {
    const { title, figures } = columns[index + 1]
    return put('td', { role: 'cell', 'data-label': title, ...(figures ? { class: 'figures' } : {}) }, cell)
  })
  return put('tr', { role: 'row', ...(chosen ? { class: 'chosen', 'aria-current': 'true' } : {}) }, first, ...others)
}
function table({ caption, columns, rows }, shared) {
  const body = put('tbody', { role: 'rowgroup' }, ...rows.map((one) => row(one, columns, shared)))
  return put('table', { role: 'table' }, put('caption', {}, caption), widths(columns), heading(columns), body)
}
function words(parts, shared) {
  return parts.length ? [put('p', { class: 'words' }, ...parts.map((part) => drawn(part, shared)))] : []
}
function section(one, shared) {
  return put('section', {},
    ...(one.heading ? [put(`h${shared.level}`, {}, one.heading)] : []),
    ...words(one.lead, shared),
    ...(one.rows.length ? [table(one, shared)] : []),
    ...words(one.notes, shared))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const shared = { ...data, follow: (target) => setTriggerValue('opened', target) }
  parentElement.querySelector('#tables').replaceChildren(...data.sections.map((one) => section(one, shared)))
}
