"""The Metadata API's components: read from and written to the org, in the order of elements that its WSDL fixes."""
