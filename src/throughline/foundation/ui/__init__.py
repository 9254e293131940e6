"""The look and the parts every screen is built from: tokens, base templates, components, fields, formats, charts."""
