"""A node on a Fabric channel: its roots anchored, its consents handed to the region's other machines."""
