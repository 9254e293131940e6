"""Template words of the chart."""
