// What bokeh_examples.py asks of a page: the state of its documents, and to set a widget.

const models = () => (window.Bokeh?.documents ?? []).flatMap((doc) => [...doc.all_models])

const hash = (text) => {
  let sum = 5381
  for (let i = 0; i < text.length; i++) sum = (sum * 33 + text.charCodeAt(i)) | 0
  return String(sum)
}

// Plain JSON of a property's value; models by their types, for their ids differ from run to run.
const plain = (value) => {
  if (value == null || typeof value == "boolean" || typeof value == "string") return value
  if (typeof value == "number") return Number.isFinite(value) ? +value.toPrecision(10) : String(value)
  if (value.properties != null && value.type != null) return `<${value.type}>`
  if (value instanceof Map) return [...value].map(([key, item]) => [plain(key), plain(item)]).sort()
  if (value instanceof Set) return [...value].map(plain).sort()
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value, plain)
  if (Object.getPrototypeOf(value) === Object.prototype)
    return Object.entries(value).map(([key, item]) => [key, plain(item)]).sort()
  return typeof value[Symbol.iterator] == "function" ? Array.from(value, plain) : typeof value
}

// The same with every number and text left out: how many of what there is.
const shape = (value) => {
  if (!Array.isArray(value)) return value === null ? "null" : typeof value
  const kinds = value.map((item) => Array.isArray(item) && typeof item[0] == "string"
    ? `${item[0]}:${shape(item[1])}` : shape(item))
  return `${value.length}[${[...new Set(kinds)]}]`
}

const valueOf = (property) => {
  try {
    return property.get_value()
  } catch {
    return "(unset)" // as BokehJS says by an error
  }
}

function state() {
  const found = {}
  for (const model of models()) {
    found[`${model.id}.id`] = [model.type, "id", "", ""]
    for (const property of model.syncable_properties()) {
      const value = plain(valueOf(property))
      const text = JSON.stringify(value) ?? ""
      found[`${model.id}.${property.attr}`] = [
        model.type, property.attr, shape(value), text.length > 60 ? hash(text) : text,
      ]
    }
  }
  return found
}

const both = (model, value) => {
  model.value = value
  model.value_throttled = value
}
const next = (options, value) => {
  const keys = options.flat(1).map((item) => (Array.isArray(item) ? item[0] : item))
  return keys[(keys.indexOf(value) + 1) % keys.length]
}
const options = (model) =>
  Array.isArray(model.options) ? model.options.map((o) => (Array.isArray(o) ? [[o[0]]] : o)).flat(1)
    : Object.values(Object.fromEntries(model.options)).flat(1)
const press = (model) => {
  const {el} = Bokeh.index.get_one_by_id(model.id)
  el.shadowRoot.querySelector("button").click()
}

// In the order in which they are tried: buttons come last, for some start what never ends.
const CHANGES = {
  Slider: (m) => both(m, m.value + m.step <= m.end ? m.value + m.step : m.value - m.step),
  RangeSlider: (m) => both(m, [m.value[0] + m.step, m.value[1]]),
  DateRangeSlider: (m) => both(m, [m.value[0] + m.step, m.value[1]]),
  Select: (m) => { m.value = next(options(m), m.value) },
  CheckboxGroup: (m) => { m.active = m.active.length > 0 ? m.active.slice(1) : [0] },
  CheckboxButtonGroup: (m) => { m.active = m.active.length > 0 ? m.active.slice(1) : [0] },
  RadioGroup: (m) => { m.active = (m.active + 1) % m.labels.length },
  RadioButtonGroup: (m) => { m.active = (m.active + 1) % m.labels.length },
  Switch: (m) => { m.active = !m.active },
  TextInput: (m) => { m.value = `${m.value} + 1` },
  Button: press,
  Toggle: press,
  ColumnDataSource: (m) => { m.selected.indices = [0, 1, 2, 3, 4] },
}

// Set the number-th widget; return which it was, null if there are not so many.
function change(number) {
  const kinds = Object.keys(CHANGES)
  const label = (m) => (m.title ?? m.label ?? m.labels ?? m.name ?? "").toString()
  const order = (m) => String(kinds.indexOf(m.type)).padStart(2, "0") + label(m)
  const usable = models()
    .filter((m) => kinds.includes(m.type) && !m.disabled)
    .sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0))
  const model = usable[number]
  if (model == null) return null
  CHANGES[model.type](model)
  return `${model.type} ${label(model)}`.trim()
}
