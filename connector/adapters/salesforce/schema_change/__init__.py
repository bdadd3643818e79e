"""Changing a Salesforce org: custom fields, access, history tracking, the lead status list, the conversion mapping.

Each file does one kind of `SchemaStep` and reads back what it did. Fields go through Tooling REST, access through plain
REST, the lead status list, the tracking of standard fields and the conversion mapping through Metadata SOAP, which is
the only proven way to write them [wire §4].
"""
