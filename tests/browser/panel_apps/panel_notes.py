import asyncio

import panel as pn

pn.extension()
text = pn.widgets.TextInput(name="Note", value="first")
button = pn.widgets.Button(name="Add", button_type="primary")
notes = pn.Column("no notes yet")
seen = pn.state.session_args["a"][0].decode()


async def add(event):
    await asyncio.sleep(0.05)
    notes.append(pn.pane.Markdown(f"noted {text.value}"))


button.on_click(add)
tabs = pn.Tabs(("Notes", pn.Column(text, button, notes)), ("About", f"opened with {seen}"))
tabs.servable(title="Notes")
