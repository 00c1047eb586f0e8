"""Statistical cubes: PxWeb of Statistics Finland and others, THL, and any address with JSON-stat."""
