"""One module per subcommand of `throughline`: `add_arguments(parser)` and `run(args) -> int`. The table in
`throughline.edge.site.command` says what each needs (nothing, the database, the schema) before it runs."""
