"""Drafts keep what is being written: the words of a form that is not sent yet, who else is writing at the same place,
and how two people's changes to one thing become one without a word being lost."""
