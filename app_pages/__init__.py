"""The screens: what people see of the strategy tracker, and nothing else."""
