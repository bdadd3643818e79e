"""A Dynamics 365 Sales environment over the Dataverse Web API."""
