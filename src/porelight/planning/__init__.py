"""Which sessions a skin may have, and which courses of them promise most."""
