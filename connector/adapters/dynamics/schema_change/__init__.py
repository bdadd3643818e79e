"""Changing what the environment is made of, in a solution of ours: columns, choices, status reasons, audit, role.

Nothing here is needed at run time: it takes the rights of a System Customizer, which the application user that reads
and corrects people should not have.
"""
