"""The image, the compose file and the unit, really started: `python -m tests.deploy` (or `make image-test`).

__main__.py   the command line: which of them, with which engine, and what came of it
clock.py      the time that the daemon is told: the real one, a night or ten minutes further on when wanted
scene.py      a CRM whose night is due, the folder of an installation for it, and what an unbroken night leaves
walk.py       what is looked at, whatever connector runs in
process.py    connector as it is installed here, to see that the walk itself is right
image.py      connector in a container of docker or podman
compose.py    connector and PostgreSQL by deploy/compose.yaml
unit.py       connector by deploy/connector.service, under a systemd of its own
"""
