"""Alerts: raised once, ever, and told by mail, chat and tasks in the CRM.

notices.py    news that is about no person: a night that left something to look at
raising.py    how a new alert is to be told, and on which channels
deliver.py    one pass over all channels
round.py      what the channels of one pass have in common
messages.py   mail and chats: many alerts in one message, at most once
mail.py       a mail by SMTP
chat.py       a message by Apprise
task.py       tasks in the CRM, made once and taken back
owed.py       which alerts nobody has to act on any more
assignee.py   whose task it is
dossier.py    what whoever has to act should know of the person
digest.py     many alerts as one message; html.py and plain.py write it, wording.py has the words
quiet.py      when nothing is sent
trial.py      a test message on every channel
"""
