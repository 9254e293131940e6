"""The reads of the chart, each for a viewer."""
