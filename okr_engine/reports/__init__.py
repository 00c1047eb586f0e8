"""What is handed out: charts, the tables beside them, and pictures of them; no screen and no database."""
