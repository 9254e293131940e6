"""Measures how fast the product works beside the floors it stands on: the bare database, a bare page. Each figure is a
median of interleaved rounds, so that what counts, the ratio of two figures of one run, outlives a busy machine."""
