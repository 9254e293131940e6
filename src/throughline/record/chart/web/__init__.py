"""Pages and fragments of the chart."""
