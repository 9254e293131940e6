"""FHIR R4 (https://hl7.org/fhir/R4/): files are split into resources, each resource is read into frozen facts or
refused with the path and a sentence, and the chart keeps both the facts and the received bytes. Everything but
`importing` is pure."""
