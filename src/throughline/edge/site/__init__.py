"""Where the product is assembled and started: settings, root urls, the WSGI entry, health, the embedded
database and the `throughline` command."""
