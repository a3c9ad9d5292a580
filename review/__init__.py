"""The review desk: people audit the cited passages, and their decisions become gold labels.

`decisions` says what can be decided, `store` keeps items and the append-only log, `app` is the web application.
"""
