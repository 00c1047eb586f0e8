"""What connectors share: a careful HTTP client, paging, watermarks, secrets by reference, columns and moments."""
