import panel as pn

pn.extension()
amount = pn.widgets.IntSlider(name="Amount", start=0, end=10, value=3)
fruit = pn.widgets.Select(name="Fruit", options=["apple", "pear", "plum"])


def order(amount, fruit):
    return f"## {amount} x {fruit}"


pn.Column("# Order", amount, fruit, pn.bind(order, amount, fruit)).servable(title="Order")
