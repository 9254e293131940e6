"""The invented hospital: reads the stories under seeds/, turns each into a FHIR R4 bundle dated from a given day,
and loads them, through the importer and through actions, into an empty installation."""
