"""What the benchmarks of the interface share: services with many requests, and a browser that is slowed down."""
