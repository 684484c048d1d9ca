"""The vendor's public contract, as tests: one file an area, one test a confirmed fact."""
