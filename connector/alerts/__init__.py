"""Alerts: raised once, ever, and told by mail, chat and tasks in the CRM.

raise_.py     from what stands in the verdicts to what is new, and how each is to be told
deliver.py    one pass over the channels, each step committed before the next is taken
mail.py       the digest to RevOps, by SMTP
chat.py       chats, by Apprise
task.py       tasks in the CRM, and taking them back
assignee.py   whose task it is
dossier.py    what whoever has to act should know of the person
digest.py     many alerts as one message; html.py and plain.py write it
quiet.py      when nothing is sent
"""
