"""The edge: where people and other systems meet Throughline."""
