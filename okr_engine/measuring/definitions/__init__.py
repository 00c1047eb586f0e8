"""The definitions of the KPIs: for each its dated versions, SQL beside what it means and cannot say."""
