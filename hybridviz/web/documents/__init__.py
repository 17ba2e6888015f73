"""Uploaded documents, and the REST interface to them and to live app sessions.

``access`` says who may, ``uploads`` keeps what is stored and what is live the same, ``views`` and
``sources`` are the routes, ``feed`` tells of changes as they happen.
"""
