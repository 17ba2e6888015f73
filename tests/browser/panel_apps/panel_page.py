import asyncio

import pandas as pd
import panel as pn

pn.extension("tabulator")
frame = pd.DataFrame({"name": ["ada", "bob", "cy"], "score": [3, 1, 2]})
table = pn.widgets.Tabulator(frame)
button = pn.widgets.Button(name="Add", button_type="primary")
note = pn.pane.Markdown("waiting")
args = {key: [value.decode() for value in values] for key, values in pn.state.session_args.items()}


async def add(event):
    await asyncio.sleep(0.05)
    table.value = pd.concat(
        [table.value, pd.DataFrame({"name": ["new"], "score": [9]})], ignore_index=True
    )


def loaded():
    note.object = f"loaded {pn.state.location.pathname} {args}"


button.on_click(add)
pn.state.onload(loaded)
pn.template.FastListTemplate(title="Scores", sidebar=[button, note], main=[table]).servable()
