"""Documents: letters, messages, care plans, forms and packets, each a snapshot of structured parts with the version of
the wording it was made from. They are drafted, signed, sent, delivered, recalled; shown as a page, as a tagged PDF, or
to somebody without an account by a link that expires. Attachments are files from elsewhere, kept as they came.
"""
