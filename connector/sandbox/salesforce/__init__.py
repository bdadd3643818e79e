"""The Salesforce sandbox: an org in one SQLite file behind Salesforce's own REST, bulk and SOAP resources."""
