"""How versions change places. A strategy orders what the provider offers; it knows no host."""
