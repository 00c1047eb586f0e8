"""Indicators of Sotkanet, the statistics bank of THL."""
