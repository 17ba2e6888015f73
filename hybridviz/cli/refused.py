"""Options of ``bokeh serve`` and of ``bokeh-server`` that have no meaning here, each with the
reason.
"""

REFUSED = {
    "--num-procs": "this server is one process; start several behind nginx with sticky sessions",
    "--check-unused-sessions": "each session has a timer of its own; see --unused-session-lifetime",
    "--websocket-compression-level": "websocket messages are not compressed; a proxy may do it",
    "--websocket-compression-mem-level": "websocket messages are not compressed; a proxy may do it",
    "--ssl-password": "give it by the environment variable HYBRIDVIZ_SSL_PASSWORD",
}

REFUSED_OLD = {
    "--script": "applets are apps today: serve the script with hybridviz serve, which says what to"
    " change; see hybridviz migrate",
    "--start-redis": "start redis-server yourself; --backend redis uses it",
    "--ws-conn-string": "websockets are at the address of the server itself",
    "--filter-logs": "requests are logged by hybridviz.access; --log-level warning leaves them out",
    "--debugjs": "pages load today's BokehJS from the installed package",
    "-j": "pages load today's BokehJS from the installed package",
    "--robust-reload": "the server does not reload itself, so that no error can end it",
}
"""Of ``bokeh-server`` 0.10."""
