"""Cases: a patient's time with a case management programme, from consent to closure, with pauses said aloud."""
