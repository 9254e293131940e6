"""The PostgreSQL that Throughline carries with it: finding the binaries, starting, attaching, recovering and
stopping a server of its own in the Throughline home, and moving whole databases in and out of one archive
file. Nothing here knows Django, so that commands which need no framework stay quick."""
