"""What the benchmarks of the engine share: real servers in processes of their own, and load on them."""
