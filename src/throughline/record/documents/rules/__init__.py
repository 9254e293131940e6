"""Pure decisions of documents: states, wording of letters, typesetting, links that expire, files taken in."""
