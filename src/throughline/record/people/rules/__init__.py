"""Pure decisions about people: how names sound and sort, what a search means, who may be the same person."""
