"""What uvicorn is given to serve, in the environments of the peers that need it."""
