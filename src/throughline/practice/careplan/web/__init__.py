"""The pages of the care plan: the editor with its tray, the patient's own page of it, agreed versions."""
