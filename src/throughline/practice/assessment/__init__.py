"""Assessment: instruments answered one question at a time, scores with their components, safety flags that fire
on the answer itself, conclusions per domain and the needs that follow from them, each with its evidence."""
