"""Points for who a person is and for what they did, and what they lead to. Pure.

answered.py   when somebody answered a campaign, where only the day is known
happened.py   what a person did, activities and answers to campaigns alike, by topic
requests.py   which of it is a direct request
fit.py        who they are: points that stay, and the ideal client
behaviour.py  what they did: points that fade
scoring.py    a policy's score, compiled: the score of a person at any day, in parts
crossing.py   when the bar was crossed
field.py      the marketing platform's score, in its place
"""

from connector.score.crossing import crossed_at
from connector.score.fit import Dimension
from connector.score.requests import Requests
from connector.score.scoring import Scoring, reaches, scoring

__all__ = ["Dimension", "Requests", "Scoring", "crossed_at", "reaches", "scoring"]
