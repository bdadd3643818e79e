"""A month of nights, lived through: `make soak`, or `python -m tests.soak`.

crm.py      the CRM that is served: a sandbox org that writes down every write it sees, and a clock
lead.py     what is known of a lead from outside, and what it ought to be by the second implementation of the rules
days.py     what people do in the CRM: they come, change, call, convert, merge, delete; a platform fights over a field
weather.py  what goes wrong in a night
command.py  the product as real processes, with what each took
books.py    the ledger against what the CRM saw; alerts against what arrived
month.py    nights and days in their order, and what must be so after each
figures.py  what it came to: a table, and what must not grow
"""
