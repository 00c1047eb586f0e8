"""How fast is what people wait for? `make bench` measures it and writes docs/benchmarks.md."""
