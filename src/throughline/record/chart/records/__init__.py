"""What the chart shows to others (`shown`), and the frozen facts others hand to it (`received`)."""
