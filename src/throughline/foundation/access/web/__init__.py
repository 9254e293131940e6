"""Pages of access: sign-in, my account, access review, administration; and the decorator every page wears."""
