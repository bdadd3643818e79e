"""The rules: one file each, found by scanning this folder.

A rule looks at one person with their case and answers with the person as they ought to be, and why. Its docstring is
its manual (`connector rules NAME` prints it, the lines under `Example` run as tests), `ORDER` its turn, `Options` what
`[rules.NAME]` in a policy may say. A file that begins with an underscore is shared by rules and is none itself.
"""
