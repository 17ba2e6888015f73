"""Options of ``bokeh serve`` that have no meaning here, each with the reason."""

REFUSED = {
    "--num-procs": "this server is one process; start several behind nginx with sticky sessions",
    "--check-unused-sessions": "each session has a timer of its own; see --unused-session-lifetime",
    "--websocket-compression-level": "websocket messages are not compressed; a proxy may do it",
    "--websocket-compression-mem-level": "websocket messages are not compressed; a proxy may do it",
    "--ssl-password": "give it by the environment variable HYBRIDVIZ_SSL_PASSWORD",
}
