"""Access decides who may see and do what: users, the sites and teams they work in, roles as readable data, the
care relationships that open a patient's record, and break-glass for the emergency nobody planned for."""
