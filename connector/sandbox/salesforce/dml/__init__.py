"""The one engine through which every checked write goes: rows, collections, composite, bulk, SOAP and automations."""
