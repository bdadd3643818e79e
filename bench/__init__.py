"""What the performance figures of docs/performance.md are measured with: `make bench`, or `python -m bench`.

__main__.py    which figures, at which sizes; prints them against their targets
first_run.py   sync, plan, apply of an org whose leads carry retired values, against the plain script
night.py       the same org the night after: one in a hundred was changed by somebody
plain.py       what connector is compared with: simple-salesforce and csv, no safety
minimum.py     the least number of API calls that page and batch sizes allow
judge.py       people judged per second, in memory and read from a mirror
skewed.py      a million people with ten million activities, skewed as in life: memory, people per second
adapter.py     rows of a bulk result converted per second
leads.py       what the org holds
org.py         the org, served by a process of its own
crm.py         the measuring side of that process
clock.py       the test clock that org and product share
process.py     a command's processor time and memory
figures.py     figures, targets, and how they are printed

Processor time is what is compared, not time on the wall: it does not depend on what else the machine does. The CRM's
own is never counted, nor is what it takes to fill it.
"""
