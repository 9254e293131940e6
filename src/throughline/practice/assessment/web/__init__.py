"""The pages of assessment: the list, the runner, the review with signature, the signed assessment, the blank form."""
