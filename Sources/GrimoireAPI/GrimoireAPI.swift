// Everything in this target is generated from Protos/ by scripts/generate.
