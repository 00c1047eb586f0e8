"""Encounters of a FHIR R4 server: searched, exported in bulk, or lying in a folder."""
