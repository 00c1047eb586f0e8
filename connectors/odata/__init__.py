"""OData services and Microsoft Graph, with their delta queries."""
