"""Compare hybridviz with other Bokeh servers: `python -m benchmarks`, see README.md.

Stands beside the product: it starts servers as processes and speaks the wire to them, and imports
neither hybridviz nor bokeh (the apps that it serves do).
"""
