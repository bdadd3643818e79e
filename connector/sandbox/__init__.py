"""A local CRM over the real wire protocol, for trying the product, rehearsing a policy and testing honestly.

Written apart from the adapters: nothing in here imports the product except `connector.errors`, so that a
mistake made in an adapter cannot hide behind the same mistake made here.
"""
