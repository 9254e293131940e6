"""Care plan: needs become goals, goals become actions with an owner and evidence; proposals come from the pathways
of her conditions, merged without duplicates, their conflicts asked about; nothing is active until a nurse adopts it."""
