"""`connector serve`: jobs by the clock, for every org of the installation, for as long as the process lives.

log.py       lines for people or for machines; no secret can stand in one
metrics.py   what Prometheus is told
jobs.py      one job of one org: what it does, and what is written down of it
calendar.py  when each job is due
missed.py    whether a night has to be begun out of its turn
agenda.py    the scheduler: what is on its list, each org's own threads, its sign of life
web.py       /healthz, /readyz, /metrics
wake.py      what the main thread waits for
serve.py     the process: signals, reloading, ending
"""
